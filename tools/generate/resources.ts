import type { DiscoveredGroup, DiscoveredResource } from "./discovery.ts";
import type { Facts, KindFact } from "./facts.ts";
import { moduleOf } from "./interfaces.ts";

/** The body of resources.ts. */
export function writeResources(groups: readonly DiscoveredGroup[], { kinds, structs }: Facts): string {
  const kindOf = new Map(kinds.map((kind) => [`${kind.group}/${kind.version}/${kind.kind}`, kind]));
  const packageOf = new Map(structs.map(({ name, goPkg }) => [name, goPkg]));
  const imports = new Set<string>();
  const all: string[] = [];
  const sections = groups.map((group) => {
    const versions = group.versions.map(({ version, resources }) => {
      let short = "";
      const lines = resources.map((resource) => {
        const kind = kindOf.get(`${group.name}/${version}/${resource.kind}`);
        if (kind === undefined) throw new Error(`${group.name}/${version} ${resource.kind} is in no scheme`);
        const module = moduleOf(packageOf.get(kind.struct)!);
        imports.add(module);
        short = module.slice(0, module.lastIndexOf("-"));
        all.push(`  facts.${short}.${version}.${resource.kind},\n`);
        const listKind = kindOf.has(`${group.name}/${version}/${resource.kind}List`) ? `${resource.kind}List` : "";
        return `      ${resource.kind}: resource<${typeModule(module)}.${resource.kind}>(${writeFacts(resource, kind, listKind)}),\n`;
      });
      return { short, text: `    ${version}: {\n${lines.join("")}    },\n` };
    });
    return `  ${versions[0]!.short}: {\n${versions.map(({ text }) => text).join("")}  },\n`;
  });
  const order = groups.map(({ name, versions }) => {
    const texts = versions.map(
      ({ version }) => `{ version: "${version}", servedByDefault: ${/^v\d+$/.test(version)} }`,
    );
    return `  { name: "${name}", versions: [${texts.join(", ")}] },\n`;
  });
  const importLines = [...imports]
    .sort()
    .map((module) => `import type * as ${typeModule(module)} from "./${module}.ts";\n`);
  return `import type { KubeObject } from "../../machinery/object.ts";
import type { KindFacts } from "../kind.ts";
${importLines.join("")}import { shapes } from "./shapes.ts";

/** What is known of every resource: group → version → kind. */
export const facts = {
${sections.join("")}};

/** The same, in the order of discovery, for whoever serves kinds that no one wrote rules for. */
export const allFacts: readonly KindFacts[] = [
${all.join("")}];

/** The groups in the order of discovery, the core group first; of each its versions, the preferred one first. */
export const groups: readonly GroupFacts[] = [
${order.join("")}];

export interface GroupFacts {
  readonly name: string;
  readonly versions: readonly {
    readonly version: string;
    /** Kubernetes serves alpha and beta versions only where it is told to. */
    readonly servedByDefault: boolean;
  }[];
}

type Written = Omit<KindFacts, "shape"> & { readonly struct: string };

function resource<T extends KubeObject>({ struct, ...written }: Written): KindFacts<T> {
  return { ...written, shape: shapes(struct) };
}
`;
}

function typeModule(module: string): string {
  return module.replace(/-(.)/, (_, letter: string) => letter.toUpperCase());
}

function writeFacts(resource: DiscoveredResource, kind: KindFact, listKind: string): string {
  const { plural, singular, namespaced, verbs, shortNames, categories } = resource;
  const { group, version, struct, defaults } = kind;
  const named = { group, version, kind: kind.kind, listKind, plural, singular, namespaced };
  const sorted = (texts: readonly string[]) => texts.toSorted();
  const subresources = resource.subresources.map((each) => ({ ...each, verbs: sorted(each.verbs) }));
  const lists = { verbs: sorted(verbs), shortNames, categories, subresources };
  return JSON.stringify({ ...named, ...lists, struct, defaults }, undefined, 2).replaceAll("\n", "\n      ");
}
