/** The bridge of a node's pods: at most 15 characters. */
export function bridgeOf(nodeName: string): string {
  return `wherry-${nodeName}`.slice(0, 15);
}
