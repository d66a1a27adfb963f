/** The rules of the house that no compiler knows. Each ban comes with its replacement; limits only ever go down. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** A room may import from rooms of lower rank only. */
const RANKS: Readonly<Record<string, number>> = {
  base: 0,
  machinery: 1,
  api: 2,
  store: 2,
  client: 3,
  apiserver: 4,
  reconciler: 4,
  controllers: 5,
  scheduler: 5,
  kubelet: 5,
  network: 5,
  proxy: 5,
  dns: 5,
  cli: 5,
  dashboard: 5,
  host: 6,
  cluster: 7,
  bin: 8,
};
/** Rooms that may import less than their rank allows. */
const ONLY: Readonly<Record<string, readonly string[]>> = { store: ["base"], machinery: ["base"] };

const LINES = 500;
const TEST_LINES = 600;

interface Ban {
  readonly pattern: RegExp;
  readonly instead: string;
  /** Paths where it is allowed. */
  readonly except?: RegExp;
}

const BANS: readonly Ban[] = [
  {
    pattern: /\bMath\.random\b/,
    instead: "the Random given to you (base/random.ts)",
    except: /^(src\/host|bench|test|tools)\//,
  },
  {
    pattern: /\bDate\.now\(|\bnew Date\(\)/,
    instead: "the Clock given to you (base/clock.ts)",
    except: /^(src\/(host|bin|cli)|bench|test|tools)\//,
  },
  {
    pattern: /\b(setTimeout|setInterval|setImmediate)\(/,
    instead: "clock.timer or clock.turn",
    except: /^(src\/host|bench|test|tools)\/|\.(test|suite)\.ts$/,
  },
  {
    pattern: /\bconsole\./,
    instead: "the Log given to you (base/log.ts)",
    except: /^(src\/(bin|cli)|bench|test|tools)\//,
  },
  {
    pattern: /\bfrom "node:/,
    instead: "a port, carried out in host/",
    except: /^(src\/(host|bin|cli|cluster)|bench|test|tools)\/|\.(test|suite)\.ts$/,
  },
  {
    pattern: /\b(it|test|describe)\.(only|skip)\(/,
    instead: "a test that runs, or a skip with its reason in the options",
  },
  { pattern: /\b(TODO|FIXME|XXX|HACK)\b/, instead: "the thing itself, or an issue" },
  { pattern: /\bas any\b/, instead: "a type" },
  {
    pattern: /\{[^}]*\.\.\.operation\b(?!\.)|\.\.\.\w+ \} = operation\b/,
    instead: "derivedOperation: a spread loses the request's signal",
    except: /^src\/apiserver\/operation\.ts$|\.test\.ts$/,
  },
  { pattern: /@ts-(ignore|nocheck)/, instead: "@ts-expect-error with its reason, at the most" },
  {
    pattern: /^export \* from/m,
    instead: "importing from the file itself: no barrels",
    except: /^src\/(cluster\/(index|testing)|client\/index)\.ts$/,
  },
];

const tracked = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\0")
  .filter(
    (path) => /\.(ts|tsx|mts|mjs)$/.test(path) && !path.startsWith("src/api/generated/") && !path.endsWith(".d.ts"),
  );
const sources = tracked.flatMap((path) => {
  try {
    return [{ path, text: readFileSync(join(root, path), "utf8") }];
  } catch {
    return []; // Deleted in the work tree.
  }
});

test("rooms import from lower ranks only", () => {
  const wrong: string[] = [];
  for (const { path, text } of sources) {
    const room = roomOf(path);
    if (room === undefined || /\.(test|suite)\.ts$/.test(path)) continue;
    for (const [, target] of text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)) {
      const other = roomOf(normalize(join(dirname(path), target!)));
      if (other === undefined || other === room) continue;
      const allowed = ONLY[room]?.includes(other) ?? RANKS[other]! < RANKS[room]!;
      if (!allowed)
        wrong.push(`${path} imports ${target}: ${room} (${RANKS[room]}) may not know ${other} (${RANKS[other]})`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("files are small", () => {
  const wrong = sources
    .map(({ path, text }) => ({
      path,
      lines: text.split("\n").length - 1,
      limit: path.includes(".test.") ? TEST_LINES : LINES,
    }))
    .filter(({ lines, limit }) => lines > limit)
    .map(({ path, lines, limit }) => `${path}: ${lines} lines, at most ${limit}: which concept is missing there?`);
  assert.deepEqual(wrong, []);
});

test("nothing banned is used", () => {
  const wrong: string[] = [];
  for (const { path, text } of sources) {
    if (path === "tools/tidy.test.ts") continue;
    const code = text.replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, (comment) =>
      /TODO|FIXME|XXX|HACK|@ts-/.test(comment) ? comment : "",
    );
    for (const { pattern, instead, except } of BANS) {
      if (except?.test(path) !== true && pattern.test(code))
        wrong.push(`${path}: ${pattern.source} is banned; use ${instead}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("names are kebab-case, and no drawer is called utils", () => {
  const wrong = sources
    .map(({ path }) => path)
    .filter((path) => !/^[a-z0-9./-]+$/.test(path) || /(^|\/)(utils?|helpers?|common|misc)(\/|\.ts$)/.test(path));
  assert.deepEqual(wrong, []);
});

function roomOf(path: string): string | undefined {
  const room = /^src\/([^/]+)\//.exec(path)?.[1];
  return room !== undefined && room in RANKS ? room : undefined;
}
