import assert from "node:assert/strict";
import { test } from "node:test";
import { runCli } from "./cli.ts";
import type { AgentRequest, CliContext, ClusterOperations } from "./context.ts";
import { parseArguments, UsageError } from "./options.ts";
import { verbs } from "./verbs.ts";

const table = {
  port: { type: "number", value: "PORT", from: 1, to: 65_535, help: "" },
  store: { type: "choice", choices: ["sqlite", "memory"], help: "" },
  output: { type: "text", value: "FORM", short: "o", help: "" },
  yes: { type: "flag", help: "" },
  label: { type: "list", value: "LABEL", help: "" },
} as const;

test("options: every way to write them", () => {
  const { options, operands } = parseArguments(
    ["a", "--port", "7", "--store=memory", "-o", "json", "--label=x,y", "--yes", "--label", "z", "--", "--b"],
    table,
  );
  assert.deepEqual(options, { port: 7, store: "memory", output: "json", yes: true, label: ["x", "y", "z"] });
  assert.deepEqual(operands, ["a", "--b"]);
});

test("options: what was not given is undefined, a flag false, and a list empty", () => {
  assert.deepEqual(parseArguments([], table).options, { yes: false, label: [] });
});

const wrong: readonly (readonly [args: readonly string[], sentence: RegExp])[] = [
  [["--prot", "1"], /^unknown option --prot$/],
  [["--stor", "memory"], /did you mean --store\?/],
  [["-x"], /^unknown option -x$/],
  [["--port"], /^--port needs a value: PORT$/],
  [["--port", "1e3"], /^--port is a whole number from 1 to 65535, not "1e3"$/],
  [["--port", "70000"], /not "70000"$/],
  [["--store", "etcd"], /^--store is one of sqlite, memory, not "etcd"$/],
  [["--yes=maybe"], /^--yes is a flag/],
];

for (const [args, sentence] of wrong) {
  test(`options: ${args.join(" ")} is refused in a sentence`, () => {
    assert.throws(
      () => parseArguments(args, table),
      (error) => error instanceof UsageError && sentence.test(error.message),
    );
  });
}

test("help: every verb says what it does, in lines that fit a terminal, with examples", async () => {
  for (const { name, examples } of verbs) {
    assert(examples.length > 0, name);
    const { code, out } = await run(["help", name]);
    assert.equal(code, 0);
    assert.match(out[2]!, new RegExp(`^Usage: wherry ${name}`));
  }
  const { out } = await run(["--help"]);
  for (const { name } of verbs)
    assert(
      out.some((line) => line.startsWith(`  ${name}`)),
      name,
    );
});

test("cli: a command line that makes no sense exits with 2, and says where help is", async () => {
  assert.deepEqual(await run(["updown"]), {
    code: 2,
    out: [],
    err: [
      `wherry: there is no verb "updown"; there are ${verbs.map(({ name }) => name).join(", ")}`,
      "See 'wherry --help'.",
    ],
  });
  const { code, err } = await run(["why", "pod"]);
  assert.equal(code, 2);
  assert.deepEqual(err, ["wherry: say of what: 'why KIND/NAME', such as 'why pod/web-1'", "See 'wherry why --help'."]);
  const stray = await run(["reset", "--yes", "--data-dir", "/d", "everything"]);
  assert.equal(stray.code, 2);
  assert.equal(stray.err[0], "wherry: reset takes no arguments, but got everything");
});

test("cli: a failure is one sentence, and exits with 1", async () => {
  const { code, err } = await run(["down", "--data-dir", "/nowhere"], {
    down: () => Promise.reject(new Error("the boat leaks: bail")),
  });
  assert.equal(code, 1);
  assert.deepEqual(err, ["wherry: the boat leaks: bail"]);
});

test("reset: asks, and removes nothing without a yes", async () => {
  const removed: string[] = [];
  const cluster = { reset: (directory: string) => Promise.resolve(void removed.push(directory)) };
  assert.equal((await run(["reset", "--data-dir", "/d"], cluster, "no")).code, 1);
  assert.deepEqual(removed, []);
  const nobody = await run(["reset", "--data-dir", "/d"], cluster);
  assert.deepEqual(nobody.err, ["wherry: nobody is there to ask: say --yes if you mean it"]);
  assert.equal((await run(["reset", "--data-dir", "/d"], cluster, "yes")).code, 0);
  assert.equal((await run(["reset", "--data-dir", "/e", "--yes"], cluster)).code, 0);
  assert.deepEqual(removed, ["/d", "/e"]);
});

/** What the cluster says of itself, once it has signed it by the new token. */
const SIGNED = { data: { "jws-kubeconfig-abcdef": "signature" } };

test("token: makes one that is good for a day, tells of all, and deletes by its ID", async () => {
  const sent: (readonly [string, string, unknown])[] = [];
  const text = (value: string) => btoa(value);
  const items = [
    {
      data: {
        "token-id": text("abcdef"),
        "token-secret": text("0123456789abcdef"),
        expiration: text("1970-01-01T02:00:00Z"),
      },
    },
    {
      data: {
        "token-id": text("ghijkl"),
        "token-secret": text("0123456789abcdef"),
        "usage-bootstrap-signing": text("true"),
      },
    },
  ];
  const cluster: Partial<ClusterOperations> = {
    newToken: () => ({ id: "abcdef", secret: "0123456789abcdef" }),
    api: () => ({
      send: (method, path, body) => {
        sent.push([method, path, body]);
        return Promise.resolve(path.endsWith("/cluster-info") ? SIGNED : { items });
      },
    }),
  };
  assert.deepEqual((await run(["token", "create"], cluster)).out, ["abcdef.0123456789abcdef"]);
  const [, , made] = sent[0]!;
  assert.equal((made as { stringData: Record<string, string> }).stringData["expiration"], "1970-01-02T00:00:00Z");
  await run(["token", "create", "--ttl", "0"], cluster);
  assert(!("expiration" in (sent.findLast(([method]) => method === "POST")![2] as { stringData: object }).stringData));
  const { out } = await run(["token", "list"], cluster);
  assert.match(out[1]!, /^abcdef.0123456789abcdef +2h +<none> +<none> +system:bootstrappers$/);
  assert.match(out[2]!, /^ghijkl.0123456789abcdef +<forever> +signing /);
  assert.equal((await run(["token", "delete", "abcdef.0123456789abcdef"], cluster)).code, 0);
  assert.equal(sent.at(-1)![1], "/api/v1/namespaces/kube-system/secrets/bootstrap-token-abcdef");
  assert.equal((await run(["token", "create", "--ttl", "soon"], cluster)).code, 2);
  assert.equal((await run(["token", "delete", "x"], cluster)).code, 2);
});

test("token: prints the whole command that joins a machine", async () => {
  const cluster: Partial<ClusterOperations> = {
    newToken: () => ({ id: "abcdef", secret: "0123456789abcdef" }),
    api: () => ({ send: () => Promise.resolve(SIGNED) }),
    joining: () => Promise.resolve({ server: "https://192.0.2.1:6443", caHash: "sha256:00" }),
  };
  assert.deepEqual((await run(["token", "create", "--print-join-command"], cluster)).out, [
    "wherry agent --server https://192.0.2.1:6443 --token abcdef.0123456789abcdef --ca-cert-hash sha256:00",
  ]);
});

test("agent: reads what the node is to be", async () => {
  const asked: AgentRequest[] = [];
  const cluster: Partial<ClusterOperations> = {
    agent: (request) => {
      asked.push(request);
      return Promise.reject(new Error("asked"));
    },
  };
  const wishes = [
    "--label",
    "disk=ssd,zone=",
    "--taint",
    "dedicated=db:NoSchedule",
    "--taint=old:NoExecute",
    "--pod-manifest-path=/m",
  ];
  await run(["agent", "--server", "192.0.2.1:6443", "--data-dir", "/d", ...wishes], cluster);
  assert.deepEqual(asked, [
    {
      dataDirectory: "/d",
      server: "https://192.0.2.1:6443",
      token: undefined,
      caHash: undefined,
      nodeName: undefined,
      address: undefined,
      labels: { disk: "ssd", zone: "" },
      taints: [
        { key: "dedicated", value: "db", effect: "NoSchedule" },
        { key: "old", effect: "NoExecute" },
      ],
      staticPodPath: "/m",
    },
  ]);
});

const nonsense: readonly (readonly [args: readonly string[], sentence: RegExp])[] = [
  [["--server", "http://192.0.2.1"], /^wherry: --server is an address such as https:/],
  [["--server", "https://"], /^wherry: --server is an address such as https:/],
  [["--ca-cert-hash", "sha256:12"], /^wherry: --ca-cert-hash is sha256: and 64 digits/],
  [["--node-name", "Big Box"], /^wherry: --node-name is a name like a host's/],
  [["--node-ip", "box"], /^wherry: --node-ip is an address, not "box"/],
  [["--label", "disk"], /^wherry: --label is KEY=VALUE, not "disk"/],
  [["--taint", "a=b:Sometimes"], /^wherry: --taint is KEY=VALUE:EFFECT with one of NoSchedule/],
];

for (const [args, sentence] of nonsense) {
  test(`agent: ${args.join(" ")} is refused in a sentence`, async () => {
    const { code, err } = await run(["agent", ...args]);
    assert.equal(code, 2);
    assert.match(err[0]!, sentence);
  });
}

async function run(argv: readonly string[], cluster: Partial<ClusterOperations> = {}, answer?: string) {
  const out: string[] = [];
  const err: string[] = [];
  const context: CliContext = {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    cluster: cluster as ClusterOperations,
    defaultDataDirectory: "/var/lib/wherry",
    environment: {},
    signal: new AbortController().signal,
    now: () => 0,
    wait: () => Promise.resolve(),
    ask: () => Promise.resolve(answer),
  };
  const code = await runCli(argv, context, "0.1.0");
  return { code, out, err };
}

test("node: says what is to be done with which node, and refuses what makes no sense", async () => {
  const asked: unknown[] = [];
  const cluster: Partial<ClusterOperations> = {
    node: (_directory, request, { step }) => {
      asked.push(request);
      step("node box-2 is Ready", 1234);
      return Promise.resolve("box-2");
    },
  };
  const added = await run(["node", "add", "--memory", "1Gi", "--label", "a=b", "--taint", "c=d:NoExecute"], cluster);
  assert.deepEqual(added, { code: 0, out: ["   1.23 s  node box-2 is Ready"], err: [] });
  await run(["node", "kill", "box-2"], cluster);
  assert.deepEqual(asked, [
    {
      verb: "add",
      labels: { a: "b" },
      taints: [{ key: "c", value: "d", effect: "NoExecute" }],
      memoryBytes: 2 ** 30,
    },
    { verb: "kill", name: "box-2" },
  ]);
  for (const words of [
    "",
    "kill",
    "kill a b",
    "start A!",
    "stop a --memory 1Gi",
    "add --memory 1Q",
    "add --memory 1Ki",
  ]) {
    const { code, err } = await run(["node", ...words.split(" ").filter((word) => word !== "")], cluster);
    assert.equal(code, 2, `${words}: ${err.join(" ")}`);
  }
});
