/**
 * Where the documentation of definitions and their fields comes from; it is not part of this code. Gives nothing where
 * nothing is known.
 * @param definition such as `io.k8s.api.core.v1.PodSpec`
 * @param field the field's name; absent for the definition itself. Options are told of with what goes beside them in a
 * request: `pretty`, `namespace`
 */
export type Describe = (definition: string, field?: string) => string | undefined;

export const OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
