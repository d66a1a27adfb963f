import type { TokenClaims, TokenSigner } from "../../apiserver/tokens.ts";

/** Tokens inside a simulation: readable, the same for the same claims, and good only for whoever runs the simulation. */
export const simulatedSigner: TokenSigner = {
  sign: (claims) => `simulated.${encodeURIComponent(JSON.stringify(claims))}.token`,
  verify(token) {
    const match = /^simulated\.([^.]*(?:\.[^.]*)*)\.token$/.exec(token);
    if (match === null) return undefined;
    try {
      return JSON.parse(decodeURIComponent(match[1]!)) as TokenClaims;
    } catch {
      return undefined;
    }
  },
};
