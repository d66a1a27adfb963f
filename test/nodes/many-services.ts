import assert from "node:assert/strict";
import type { Shell } from "../shell.ts";

const COUNT = 100;
const NAMES = Array.from({ length: COUNT }, (_, index) => `many-${index}`);

/** Many Services in front of the same pods, and a connection through each of them from a pod of every node. */
export async function reachManyServices(shell: Shell, boxes: Readonly<Record<string, string>>): Promise<void> {
  const services = NAMES.map((name) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, labels: { many: "yes" } },
    spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: 3000 }] },
  }));
  await shell.ok("kubectl apply -f -", { input: services.map((one) => JSON.stringify(one)).join("\n") });
  const script = `for i in $(seq 0 ${COUNT - 1}); do wget -qO- http://many-$i && echo || echo many-$i failed; done`;
  const throughEach = (box: string) => `kubectl exec ${box} -- sh -c '${script}'`;
  await Promise.all(
    Object.entries(boxes).map(async ([node, box]) => {
      // Before, some have not come to this node.
      const answers = await shell.until(throughEach(box), (text) => !text.includes("failed"));
      assert.equal(answers.match(/^v1 - web-/gm)?.length, COUNT, `on ${node}: ${answers}`);
    }),
  );
  await shell.ok("kubectl delete service -l many=yes");
}
