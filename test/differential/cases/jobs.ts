import { merge } from "../../../src/apiserver/answers/drafts.ts";
import { defineCase } from "../define-case.ts";

// When jobs run, and which of their indexes are done.

const JOBS = "/apis/batch/v1/namespaces/{ns}/jobs";
const CRON_JOBS = "/apis/batch/v1/namespaces/{ns}/cronjobs";
const template = { spec: { containers: [{ name: "main", image: "web:1" }], restartPolicy: "Never" } };

const cronJob = (spec: object) => ({
  apiVersion: "batch/v1",
  kind: "CronJob",
  metadata: { name: "one" },
  spec: { schedule: "* * * * *", jobTemplate: { spec: { template } }, ...spec },
});

const SCHEDULES = [
  "@every 5m",
  "@every x",
  "@every 5",
  "@every 5y",
  "@yearly ",
  " @yearly",
  "TZ=UTC",
  "TZ= * * * * *",
  "TZ=Local * * * * *",
  "CRON_TZ=Nowhere 60 * * * *",
  "CRON_TZ=utc * * * * *",
  " TZ=UTC * * * * *",
  "1,,2 * * * *",
  ", * * * *",
  "*-5 * * * *",
  "?/2 * * * *",
  "1-2-3/x * * * *",
  "1-2/3/4 * * * *",
  "1/-1 * * * *",
  "+1/+2 * * * *",
  "x/0 * * * *",
];
const ZONES = ["utc", "UTC", "GMT", "gmt", "Local", "local", "europe/zurich", "US/Pacific", "us/pacific", "+0100"];

const indexed = (parts: object) => ({ template, completionMode: "Indexed", completions: 4, parallelism: 4, ...parts });
const isTrue = (...types: readonly string[]) => types.map((type) => ({ type, status: "True" }));

export default defineCase("jobs", "api", [
  ...SCHEDULES.map((schedule) => ({ ask: `POST ${CRON_JOBS}?dryRun=All`, body: cronJob({ schedule }) })),
  ...ZONES.map((timeZone) => ({ ask: `POST ${CRON_JOBS}?dryRun=All`, body: cronJob({ timeZone }) })),
  ...[
    { name: "one", spec: indexed({ backoffLimitPerIndex: 1 }) },
    { name: "two", spec: indexed({ successPolicy: { rules: [{ succeededCount: 1 }] } }) },
  ].map(({ name, spec }) => ({
    ask: `POST ${JOBS}`,
    body: { apiVersion: "batch/v1", kind: "Job", metadata: { name }, spec },
  })),
  ...[
    { startTime: "2026-01-01T00:00:00Z", completedIndexes: "0,2", failedIndexes: "1" },
    { completedIndexes: "0-2" },
    { completedIndexes: "x,1" },
    { failedIndexes: "x" },
    { failedIndexes: "5" },
    { failedIndexes: "2,1" },
    { failedIndexes: "3" },
    { conditions: isTrue("FailureTarget", "Failed"), terminating: 1, ready: 1 },
    { conditions: isTrue("Suspended") },
    { conditions: [], startTime: null },
    { conditions: [{ type: "Suspended", status: "False" }], startTime: "2026-01-02T00:00:00Z" },
  ].map((status) => ({ ask: `PATCH ${JOBS}/one/status`, headers: merge, body: { status } })),
  { ask: `PATCH ${JOBS}/two/status`, headers: merge, body: { status: { conditions: isTrue("Complete") } } },
]);
