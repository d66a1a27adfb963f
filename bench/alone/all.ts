export type Print = (line: string) => void;

export interface AloneOptions {
  /** Measures the real kubelet, too, where that makes sense. */
  readonly withKubelet: boolean;
  /** A line for people who wait. */
  readonly progress: Print;
  readonly signal: AbortSignal;
}

/** What is measured of parts of Wherry by themselves, where the reference has nothing of the kind. */
export const alone: Readonly<
  Record<string, () => Promise<{ readonly run: (print: Print, options: AloneOptions) => Promise<void> }>>
> = {
  library: () => import("./library.ts"),
  simulated: () => import("./simulated.ts"),
  store: () => import("./store.ts"),
  services: () => import("./services.ts"),
  http: () => import("./http.ts"),
  pods: () => import("./pods.ts"),
  nodes: () => import("./nodes.ts"),
};
