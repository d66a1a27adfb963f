const start = performance.now();
const { startSimulatedPlane } = await import("./library-plane.ts");
const importMs = performance.now() - start;
const begun = performance.now();
await startSimulatedPlane();
process.send!({ importMs, readyMs: performance.now() - begun });
