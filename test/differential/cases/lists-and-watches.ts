import { config, merge, pod } from "../../../src/apiserver/answers/drafts.ts";
import { type Case, defineCase, type Step } from "../define-case.ts";

const MAPS = "/api/v1/namespaces/{ns}/configmaps";
const PODS = "/api/v1/namespaces/{ns}/pods";
const five = ["a", "b", "c", "d", "e"];
const fill: readonly Step[] = five.map((name, index) => ({
  ask: `POST ${MAPS}`,
  body: config(name, {}, { labels: { n: String(index), odd: String(index % 2 === 1), "example.com/group": "g" } }),
  as: name,
}));

const versions = [
  "",
  "0",
  "1",
  "{c.rv}",
  "99999999",
  "x",
  "-1",
  "1.5",
  "01",
  "18446744073709551615",
  "18446744073709551616",
];
const matches = ["", "Exact", "NotOlderThan", "Nonsense"];
const labelSelectors = [
  "n=1",
  "n==1",
  "n!=1",
  "n in (1,2)",
  "n notin (1,2)",
  "n",
  "!n",
  "n=1,odd=true",
  "n>1",
  "n<3",
  "n>x",
  "example.com/group=g",
  "n=",
  "=",
  "n in 1",
  "n in (1",
  "n in ()",
  ",",
  "bad key!=1",
  "n=bad value!",
  "n=1,,odd",
  "a/b/c=1",
  "n = 1 , odd = true",
  "in in (in)",
  `n=${"x".repeat(64)}`,
];
const fieldSelectors = [
  "metadata.name=a",
  "metadata.name==a",
  "metadata.name!=a",
  "metadata.namespace={ns}",
  "metadata.namespace=other",
  "metadata.name=a,metadata.name=b",
  "metadata.uid=x",
  "spec.x=1",
  "metadata.name",
  "metadata.name in (a)",
  "=",
  "metadata.name=a\\,b",
  "metadata.name=a\\",
];
const podSelectors = [
  "spec.nodeName=",
  "spec.nodeName!=x",
  "status.phase=Pending",
  "spec.restartPolicy=Always",
  "spec.schedulerName=default-scheduler",
  "spec.serviceAccountName=default",
  "status.podIP=",
  "status.nominatedNodeName=",
  "spec.hostNetwork=false",
  "spec.containers=x",
];
const watchQueries = [
  "timeoutSeconds=1",
  "timeoutSeconds=1&resourceVersion=0",
  "timeoutSeconds=1&resourceVersion={c.rv}",
  "timeoutSeconds=1&resourceVersion=x",
  "timeoutSeconds=1&resourceVersion=1",
  "timeoutSeconds=1&allowWatchBookmarks=true",
  "timeoutSeconds=1&allowWatchBookmarks=true&resourceVersion={c.rv}",
  "timeoutSeconds=1&sendInitialEvents=true",
  "timeoutSeconds=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan",
  "timeoutSeconds=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
  "timeoutSeconds=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&resourceVersion=0",
  "timeoutSeconds=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&resourceVersion={c.rv}",
  "timeoutSeconds=1&sendInitialEvents=true&resourceVersionMatch=Exact",
  "timeoutSeconds=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
  "timeoutSeconds=1&resourceVersionMatch=NotOlderThan",
  "timeoutSeconds=1&limit=1",
  "timeoutSeconds=1&continue=x",
  "timeoutSeconds=1&labelSelector=odd%3Dtrue",
  "timeoutSeconds=1&fieldSelector=metadata.name%3Db",
  "timeoutSeconds=1&labelSelector=n%3Ex",
  "timeoutSeconds=x&resourceVersion=1",
];

const encoded = (name: string, value: string) => `${name}=${encodeURIComponent(value).replaceAll("%7Bns%7D", "{ns}")}`;
const version = (value: string) => (value === "" ? "" : `&resourceVersion=${value}`);
const match = (value: string) => (value === "" ? "" : `&resourceVersionMatch=${value}`);
const table = { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" };

const cases: readonly Case[] = [
  defineCase("list-versions", "api", [
    ...fill,
    ...versions.flatMap((one) => matches.map((how): Step => ({ ask: `GET ${MAPS}?x=1${version(one)}${match(how)}` }))),
    ...versions.flatMap((one) =>
      matches.map((how): Step => ({ ask: `GET ${MAPS}?limit=2${version(one)}${match(how)}` })),
    ),
    ...versions.map((one): Step => ({ ask: `GET ${MAPS}/a?x=1${version(one)}` })),
  ]),
  defineCase("list-pages", "api", [
    ...fill,
    { ask: `GET ${MAPS}?limit=2`, as: "first" },
    { ask: `GET ${MAPS}?limit=2&continue={first.continue}`, as: "second" },
    { ask: `POST ${MAPS}`, body: config("bb") },
    { ask: `DELETE ${MAPS}/e` },
    { ask: `GET ${MAPS}?limit=2&continue={first.continue}` },
    { ask: `GET ${MAPS}?limit=2&continue={second.continue}` },
    { ask: `GET ${MAPS}?continue={first.continue}` },
    { ask: `GET ${MAPS}?limit=2&continue={first.continue}`, headers: table },
    { ask: `GET ${MAPS}?limit=2&continue={first.continue}&resourceVersion=0` },
    { ask: `GET ${MAPS}?limit=2&continue={first.continue}&resourceVersion=5` },
    { ask: `GET ${MAPS}?limit=2&continue={first.continue}&resourceVersionMatch=Exact` },
    { ask: `GET ${MAPS}?limit=2&continue=nonsense` },
    { ask: `GET ${MAPS}?limit=2&continue=e30` },
    { ask: `GET ${MAPS}?limit=0` },
    { ask: `GET ${MAPS}?limit=-1` },
    { ask: `GET ${MAPS}?limit=x` },
    { ask: `GET ${MAPS}?limit=1&labelSelector=odd%3Dtrue` },
    { ask: `GET ${MAPS}?limit=1&fieldSelector=metadata.name%3Db` },
    { ask: `GET ${MAPS}?limit=3`, headers: table },
    { ask: `DELETE ${MAPS}?limit=2` },
    { ask: `GET ${MAPS}` },
  ]),
  defineCase("list-selectors", "api", [
    ...fill,
    { ask: `POST ${PODS}`, body: pod("one") },
    ...labelSelectors.map((one): Step => ({ ask: `GET ${MAPS}?${encoded("labelSelector", one)}` })),
    ...fieldSelectors.map((one): Step => ({ ask: `GET ${MAPS}?${encoded("fieldSelector", one)}` })),
    ...podSelectors.map((one): Step => ({ ask: `GET ${PODS}?${encoded("fieldSelector", one)}` })),
    { ask: `GET ${MAPS}/a?labelSelector=n%3D4` },
    { ask: `GET ${MAPS}/a?labelSelector=bad%20selector%3D` },
    { ask: `DELETE ${MAPS}?labelSelector=%3D` },
    { ask: `DELETE ${MAPS}?fieldSelector=metadata.name%3Da` },
    { ask: `GET ${MAPS}?includeObject=None`, headers: table },
    { ask: `GET ${MAPS}?includeObject=Object`, headers: table },
    { ask: `GET ${MAPS}?includeObject=Nonsense`, headers: table },
  ]),
  defineCase("watch-parameters", "api", [
    ...fill,
    ...watchQueries.map((query): Step => ({ ask: `GET ${MAPS}?watch=true&${query}` })),
    ...watchQueries.slice(0, 7).map((query): Step => ({ ask: `GET ${MAPS}?watch=true&${query}`, headers: table })),
    { ask: `GET ${MAPS}/a?watch=true&timeoutSeconds=1` },
    { ask: "GET /api/v1/watch/namespaces/{ns}/configmaps?timeoutSeconds=1" },
    { ask: "GET /api/v1/watch/namespaces/{ns}/configmaps/a?timeoutSeconds=1" },
    { ask: `GET ${MAPS}?watch=0` },
    { ask: `GET ${MAPS}?watch=x&timeoutSeconds=1` },
    { ask: `GET ${MAPS}?watch=&timeoutSeconds=1` },
    { ask: `GET ${MAPS}?sendInitialEvents=true` },
    { ask: `GET ${MAPS}?allowWatchBookmarks=true` },
  ]),
  defineCase(
    "watch-events",
    "api",
    ["", "&labelSelector=odd%3Dtrue", "&fieldSelector=metadata.name%3Db"].flatMap(
      (selector, round): readonly Step[] => [
        { ask: `GET ${MAPS}?limit=1`, as: "list" },
        {
          ask: `GET ${MAPS}?watch=true&timeoutSeconds=20&resourceVersion={list.rv}${selector}`,
          during: [
            ...["a", "b"].map((name): Step => ({
              ask: `POST ${MAPS}`,
              body: config(`${name}${round === 2 ? "" : round}`),
            })),
            { ask: `POST ${MAPS}`, body: config("b", { round: String(round) }) },
            { ask: `PATCH ${MAPS}/b`, headers: merge, body: { metadata: { labels: { odd: "true" } } } },
            { ask: `PATCH ${MAPS}/b`, headers: merge, body: {} },
            { ask: `PATCH ${MAPS}/b`, headers: merge, body: { data: { x: "y" } } },
            { ask: `PATCH ${MAPS}/b`, headers: merge, body: { metadata: { labels: { odd: "false" } } } },
            { ask: `PATCH ${MAPS}/b`, headers: merge, body: { metadata: { finalizers: ["example.com/x"] } } },
            { ask: `DELETE ${MAPS}/b` },
            { ask: `PATCH ${MAPS}/b`, headers: merge, body: { metadata: { finalizers: null } } },
          ],
          lines: 12,
        },
      ],
    ),
  ),
];
export default cases;
