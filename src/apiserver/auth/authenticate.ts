import { unauthorized } from "../../machinery/status.ts";
import type { ApiRequest, PeerCertificate } from "../http.ts";
import { anonymousUser } from "./anonymous.ts";
import { certificateUser } from "./certificate.ts";
import type { TokenAuthenticator, TokenVerdict } from "./token.ts";
import type { User } from "./user.ts";

/** How requests prove who makes them; built once for a server. */
export interface AuthenticationOptions {
  /** All bearer tokens that the server knows (`anyToken`). */
  readonly tokens: TokenAuthenticator;
  /** The audiences that the API server answers to, its issuer first. */
  readonly apiAudiences: readonly string[];
  /** Whether a request without credentials is let in as `system:anonymous`. */
  readonly anonymous: boolean;
}

export interface Authenticator {
  /** Who makes a request. @throws StatusError 401 if its credentials are wrong, or if it has none and needs some. */
  authenticate(request: Pick<ApiRequest, "headers" | "peer">, nowMs: number): User;
  /** Judges a token by itself, for TokenReview. */
  reviewToken(token: string, audiences: readonly string[], nowMs: number): TokenVerdict;
  readonly apiAudiences: readonly string[];
}

/** The protocol by which a browser's WebSocket, which can set no header, carries its token. */
const WEBSOCKET_BEARER = "base64url.bearer.authorization.k8s.io.";
const REMEMBERED_CERTIFICATES = 4096;

export function createAuthenticator({ tokens, apiAudiences, anonymous }: AuthenticationOptions): Authenticator {
  const certificateUsers = new Map<string, User>();
  const userOf = (certificate: PeerCertificate): User => {
    let user = certificateUsers.get(certificate.fingerprint);
    if (user === undefined) {
      user = certificateUser(certificate);
      if (certificateUsers.size >= REMEMBERED_CERTIFICATES) certificateUsers.clear();
      certificateUsers.set(certificate.fingerprint, user);
    }
    return user;
  };
  return {
    apiAudiences,
    authenticate({ headers, peer }, nowMs) {
      if (peer.certificate !== undefined && peer.certificate.commonName !== "") return userOf(peer.certificate);
      const token = bearerToken(headers);
      if (token !== undefined) {
        const verdict = tokens(token, apiAudiences, nowMs);
        if (verdict.type === "user") return verdict.user;
        throw unauthorized();
      }
      // A certificate that could not be verified is a wrong credential, unless another one is right.
      if (peer.badCertificate === true || !anonymous) throw unauthorized();
      return anonymousUser;
    },
    reviewToken: tokens,
  };
}

/** The token of `Authorization: Bearer …`, or of a WebSocket's protocol; undefined where there is none. */
export function bearerToken(headers: ApiRequest["headers"]): string | undefined {
  const header = headers["authorization"];
  if (header !== undefined) {
    const [scheme, token] = header.trim().split(" ");
    if (scheme?.toLowerCase() === "bearer" && token !== undefined && token !== "") return token;
  }
  const protocols = headers["sec-websocket-protocol"];
  return protocols?.includes(WEBSOCKET_BEARER) === true ? websocketToken(protocols) : undefined;
}

function websocketToken(protocols: string): string | undefined {
  const carrier = protocols.split(",").find((protocol) => protocol.trim().startsWith(WEBSOCKET_BEARER));
  if (carrier === undefined) return undefined;
  const encoded = carrier.trim().slice(WEBSOCKET_BEARER.length).replaceAll("-", "+").replaceAll("_", "/");
  try {
    return atob(encoded);
  } catch {
    // Whatever it is, it is no token of ours: let the authenticators refuse it.
    return encoded;
  }
}
