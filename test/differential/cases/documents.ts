import { type Case, defineCase, type Json, type Step } from "../define-case.ts";
import { groups } from "../../../src/api/generated/resources.ts";

const aggregated = {
  accept: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json",
};
/** Groups that Kubernetes has itself: other cases define kinds of their own meanwhile. */
const own = (body: Json): Json => ({
  ...body,
  ...(body.groups === undefined ? {} : { groups: body.groups.filter(({ name }: Json) => !isOfCases(name)) }),
  ...(body.items === undefined ? {} : { items: body.items.filter(({ metadata }: Json) => !isOfCases(metadata.name)) }),
});
const isOfCases = (group: string) => group.endsWith(".example.com");
const versions = groups.flatMap(({ name, versions: all }) =>
  all
    .filter(({ servedByDefault }) => servedByDefault)
    .map(({ version }) => (name === "" ? `api/${version}` : `apis/${name}/${version}`)),
);

const cases: readonly Case[] = [
  defineCase("discovery", "api", [
    { ask: "GET /api" },
    { ask: "GET /apis", see: own },
    { ask: "GET /api", headers: aggregated },
    { ask: "GET /apis", headers: aggregated, see: own },
    {
      ask: "GET /api",
      headers: { accept: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList;profile=nopeer" },
    },
    {
      ask: "GET /apis",
      headers: { accept: "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList" },
      see: own,
    },
    {
      ask: "GET /apis",
      headers: { accept: "application/json;g=apidiscovery.k8s.io;v=v3;as=APIGroupDiscoveryList" },
      see: own,
    },
    ...groups.filter(({ name }) => name !== "").map(({ name }): Step => ({ ask: `GET /apis/${name}` })),
    ...versions.map((path): Step => ({ ask: `GET /${path}` })),
    {
      ask: "GET /",
      see: (body) => body.paths.filter((path: string) => path.startsWith("/api") && !path.includes(".example.com")),
    },
    { ask: "GET /apis/none" },
    { ask: "GET /apis/apps/v2" },
    { ask: "GET /api/v2" },
    { ask: "GET /version", see: ({ major, minor, gitVersion, platform }) => ({ major, minor, gitVersion, platform }) },
    { ask: "GET /healthz" },
    { ask: "GET /livez" },
    { ask: "GET /readyz" },
    { ask: "GET /livez/ping" },
    { ask: "GET /livez/none" },
    { ask: "GET /openid/v1/jwks", see: (body) => body.keys.map(({ use, kty, alg }: Json) => ({ use, kty, alg })) },
    { ask: "GET /.well-known/openid-configuration" },
  ]),
  defineCase("openapi", "api", [
    { ask: "GET /openapi/v2", see: (body) => body.definitions, as: "whole" },
    { ask: "GET /openapi/v2", see: (body) => body.paths },
    { ask: "GET /openapi/v2", see: ({ definitions: _, paths: __, ...rest }) => rest },
    { ask: "GET /openapi/v3", see: (body) => Object.keys(body.paths) },
    ...versions.map((path): Step => ({ ask: `GET /openapi/v3/${path}` })),
    ...["api", "apis", "version", "apis/apps", "none"].map((path): Step => ({ ask: `GET /openapi/v3/${path}` })),
    { ask: "GET /openapi/v2", headers: { accept: "text/html" } },
    { ask: "GET /openapi/v3/api/v1", headers: { accept: "text/html" } },
  ]),
];
export default cases;
