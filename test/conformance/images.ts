import { join } from "node:path";
import { pauseProgram } from "../../src/host/node/containerd/pause-image.ts";
import { textFile } from "../../tools/images/layer.ts";
import {
  type ImageRecipe,
  type ImageTable,
  nginx,
  nginxFiles,
  nginxPage,
  PATH,
  perl,
} from "../../tools/images/table.ts";
import type { ProgramName } from "../../tools/reference/programs.ts";
import { agnhost, binary, dig, ipc, program, shell, stress } from "./image-layers.ts";

const E2E = "registry.k8s.io/e2e-test-images";

/**
 * The images of the conformance specs, under the names by which `e2e.test --list-images` calls them. What they must hold is what
 * the specs do with them.
 */
export const conformanceImages: ImageTable = {
  recipes: [
    ...["2.55", "2.63.0"].map((tag) => ({
      name: `${E2E}/agnhost:${tag}`,
      layers: agnhost,
      config: { Entrypoint: ["/agnhost"], Cmd: ["pause"], Env: [PATH] },
    })),
    ...["kitten", "nautilus"].map((name) => ({
      name: `${E2E}/${name}:1.8`,
      layers: [...agnhost, () => [textFile("data.json", `{ "image": "${name}.jpg" }\n`)]],
      config: { Entrypoint: ["/agnhost"], Cmd: ["test-webserver"], Env: [PATH] },
    })),
    { name: `${E2E}/busybox:1.37.0-1`, layers: shell, config: { Cmd: ["sh"], Env: [PATH] } },
    { name: `${E2E}/nonroot:1.5`, layers: shell, config: { Cmd: ["sh"], Env: [PATH], User: "1234" } },
    { name: `${E2E}/ipc-utils:1.4`, layers: [...shell, ipc], config: { Cmd: ["sh"], Env: [PATH] } },
    { name: `${E2E}/glibc-dns-testing:2.0.0`, layers: [...shell, dig], config: { Cmd: ["bash"], Env: [PATH] } },
    { name: `${E2E}/perl:5.26`, layers: [...shell, perl], config: { Cmd: ["perl"], Env: [PATH] } },
    ...["1.15-4", "1.27-0"].map((tag) => ({
      name: `${E2E}/nginx:${tag}`,
      layers: [...shell, nginx, nginxFiles, () => nginxPage(tag)],
      config: { Cmd: ["nginx", "-g", "daemon off;"], Env: [PATH], StopSignal: "SIGQUIT" },
    })),
    {
      name: `${E2E}/nonewprivs:1.4`,
      layers: [...shell, program("nonewprivs", "usr/local/bin/nnp", 0o6755)],
      config: { Cmd: ["nnp"], Env: [PATH] },
    },
    {
      name: `${E2E}/regression-issue-74839:1.4`,
      layers: [...shell, program("regression-issue-74839", "regression-issue-74839")],
      config: { Entrypoint: ["/regression-issue-74839"], Env: [PATH] },
    },
    {
      name: `${E2E}/resource-consumer:1.14`,
      layers: [...shell, stress, program("resource-consumer", "consumer"), program("consume-cpu", "consume-cpu")],
      config: { Entrypoint: ["/consumer"], Env: [PATH] },
    },
    {
      name: `${E2E}/sample-apiserver:1.29.2`,
      layers: [program("sample-apiserver", "sample-apiserver")],
      config: { Entrypoint: ["/sample-apiserver"], Env: [PATH] },
    },
    {
      name: "registry.k8s.io/etcd:3.6.8-0",
      layers: [...shell, program("etcd", "usr/local/bin/etcd")],
      config: { Cmd: ["etcd"], Env: [PATH] },
    },
    {
      name: "registry.k8s.io/pause:3.10.2",
      bare: true,
      layers: [() => [binary("pause", pauseProgram(process.arch))]],
      config: { Entrypoint: ["/pause"], User: "65535:65535", WorkingDir: "/" },
    },
  ] satisfies readonly ImageRecipe[],
  sources: [
    ...["images.ts", "image-layers.ts"].map((file) => join(import.meta.dirname, file)),
    ...["kubernetes", "etcd", "sample-apiserver"].map((module) =>
      join(import.meta.dirname, "../../tools/reference", module, "go.sum"),
    ),
  ],
};

/** Images, and the Go programs that they hold: those are built first, with progress shown, since that takes longest. */
export interface ImageSet {
  readonly names: readonly string[];
  readonly programs: readonly ProgramName[];
}

const programs = [
  "agnhost",
  "nonewprivs",
  "regression-issue-74839",
  "resource-consumer",
  "consume-cpu",
  "sample-apiserver",
  "etcd",
] as const satisfies readonly ProgramName[];

export const allImages: ImageSet = { names: conformanceImages.recipes.map(({ name }) => name), programs };

/** What the specs of the short set use. */
export const shortImages: ImageSet = {
  names: allImages.names.filter((name) =>
    /\/(agnhost|nautilus|kitten|perl|busybox|nonroot|ipc-utils|glibc-dns-testing|nginx|pause):/.test(name),
  ),
  programs: ["agnhost"],
};
