// Written by tools/generate from Kubernetes v1.36.3, input db148949ec147ed9. Never edited: run `npm run generate`.
import type { ShapeTable, WrittenShapes } from "../../machinery/shapes/load.ts";
import { loadShapes } from "../../machinery/shapes/load.ts";
import written from "./shapes.json" with { type: "json" };

/** The shape of every struct, by its OpenAPI name. */
export const shapes: ShapeTable = loadShapes(written as unknown as WrittenShapes);
