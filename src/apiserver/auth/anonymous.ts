import { ALL_UNAUTHENTICATED, ANONYMOUS } from "./groups.ts";
import type { User } from "./user.ts";

/** Who makes a request that carries no credentials at all. */
export const anonymousUser: User = { name: ANONYMOUS, uid: "", groups: [ALL_UNAUTHENTICATED], extra: {} };
