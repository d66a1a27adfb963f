/** What a verb works with: nothing of it is reached by import, so that a verb runs in a test too. */
export interface CliContext {
  /** One line for whoever called. */
  out(line: string): void;
  /** One line beside the output proper: progress, warnings. */
  err(line: string): void;
  readonly cluster: ClusterOperations;
  readonly defaultDataDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Waits, in milliseconds. Rejects when the signal is aborted. */
  wait(ms: number): Promise<void>;
  /** Asks whoever sits there for a line; undefined where nobody does. */
  ask(question: string): Promise<string | undefined>;
}

/** What can be done with clusters on this machine; each lives in a data directory. */
export interface ClusterOperations {
  up(request: UpRequest, progress: UpProgress): Promise<UpCluster>;
  /** Makes this machine a node of a cluster elsewhere, and runs it; resolves once it is Ready. */
  agent(request: AgentRequest, progress: UpProgress): Promise<RunningAgent>;
  /** How machines find the cluster that runs here, and know it. */
  joining(dataDirectory: string): Promise<{ readonly server: string; readonly caHash: string }>;
  /** Runs `wherry` with these arguments in the background; resolves once it has announced itself. @throws with its own sentence. */
  detach(dataDirectory: string, args: readonly string[], line: (text: string) => void): Promise<void>;
  /** Tells the process that waits for a detached one that all is there. */
  announce(): void;
  /** Does something with a further node of this machine. @returns the node's name */
  node(dataDirectory: string, request: NodeRequest, progress: UpProgress): Promise<string>;
  down(dataDirectory: string): Promise<boolean>;
  reset(dataDirectory: string): Promise<void>;
  status(dataDirectory: string): Promise<ClusterStatus | undefined>;
  /** @returns the names of the images. */
  loadImages(dataDirectory: string, files: readonly string[]): Promise<readonly string[]>;
  listImages(dataDirectory: string): Promise<readonly ImageRow[]>;
  /** Builds images of the demo from the packages of this machine's system; returns their archives. */
  buildImages(names: readonly string[], line: (text: string) => void): Promise<readonly string[]>;
  backup(dataDirectory: string, file: string): Promise<{ readonly bytes: number; readonly revision: number }>;
  restore(dataDirectory: string, file: string): Promise<void>;
  /** Puts the cluster's kubeconfig into the user's. */
  mergeKubeconfig(dataDirectory: string, into: string): Promise<void>;
  api(dataDirectory: string): ApiAccess;
  /** A new bootstrap token, of letters and digits that nobody can guess. */
  newToken(): { readonly id: string; readonly secret: string };
}

export interface UpRequest {
  readonly dataDirectory: string;
  readonly port: number | undefined;
  readonly store: "sqlite" | "memory" | undefined;
  readonly serviceCidr: string | undefined;
  readonly podCidr: string | undefined;
  /** Whether pods and Services are to have IPv6 beside IPv4, if the machine has it. */
  readonly dualStack: boolean;
  readonly nodeName: string | undefined;
  /** By which others reach this machine. */
  readonly address: string | undefined;
  /** Whether this machine is to be a node itself, if it can. */
  readonly node: boolean;
  readonly simulate: number | undefined;
  /** How many real nodes there are to be on this machine. */
  readonly nodes: number | undefined;
  readonly nodeCidr: string | undefined;
  readonly network: "auto" | "routes" | "vxlan" | undefined;
  readonly loadBalancerRange: string | undefined;
  readonly nodeGraceSeconds: number | undefined;
  /** Where this machine's static pods lie, absolute; undefined takes the place for them in the data directory. */
  readonly staticPodPath: string | undefined;
}

export type NodeRequest =
  | {
      readonly verb: "add";
      /** Absent: the first that is free. */
      readonly name?: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly taints: readonly NodeTaint[];
      readonly memoryBytes?: number;
    }
  | { readonly verb: "start" | "stop" | "kill" | "remove"; readonly name: string };

export interface AgentRequest {
  readonly dataDirectory: string;
  /** `https://192.0.2.1:6443`; undefined where this machine has joined before. */
  readonly server: string | undefined;
  readonly token: string | undefined;
  readonly caHash: string | undefined;
  readonly nodeName: string | undefined;
  readonly address: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly NodeTaint[];
  /** Where its static pods lie, absolute; undefined takes what it was before, or the place in the data directory. */
  readonly staticPodPath: string | undefined;
}

export interface NodeTaint {
  readonly key: string;
  readonly value?: string;
  readonly effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

export interface RunningAgent {
  readonly server: string;
  stop(): Promise<void>;
}

export interface UpProgress {
  /** The end of a step. */
  step(what: string, tookMs: number): void;
  /** Something that is worth knowing. */
  note(text: string): void;
}

export interface UpCluster {
  readonly url: string;
  readonly kubeconfig: string;
  /** Whether real containers run on this machine. */
  readonly hasNode: boolean;
  stop(): Promise<void>;
}

export interface ClusterStatus {
  readonly pid: number;
  readonly url: string;
  readonly address: string;
  readonly nodeName: string | undefined;
  readonly startedAtMs: number;
  readonly versions: { readonly wherry: string; readonly kubernetes: string; readonly node: string };
  /** Undefined on a machine that joined: its control plane is elsewhere. */
  readonly kubeconfig: string | undefined;
  readonly components: readonly ComponentStatus[];
  readonly nodes: readonly { readonly name: string; readonly ready: boolean; readonly addresses: readonly string[] }[];
}

export interface ComponentStatus {
  readonly name: string;
  readonly pid: number | undefined;
  readonly healthy: boolean;
  readonly message: string;
}

export interface ImageRow {
  readonly names: readonly string[];
  readonly id: string;
  readonly bytes: number;
}

/** Requests to the API as the cluster's administrator. */
export interface ApiAccess {
  /** @throws {ApiRefusal} for answers of 400 and above, an Error with a sentence where there is no answer. */
  send(method: string, path: string, body?: unknown, contentType?: string): Promise<unknown>;
}

/** The API server says no. */
export class ApiRefusal extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
