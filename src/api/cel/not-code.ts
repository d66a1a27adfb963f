const RAW = String.raw`(?:[rR][bB]?|[bB][rR])(?:"""[^]*?"""|'''[^]*?'''|"[^"\n]*"|'[^'\n]*')`;
const ESCAPED = String.raw`[bB]?(?:"""(?:[^\\]|\\[^])*?"""|'''(?:[^\\]|\\[^])*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')`;

/** What of an expression is no code: a string, raw or with escapes, or a comment. The source of a regular expression. */
export const NOT_CODE = String.raw`${RAW}|${ESCAPED}|\/\/[^\n]*`;
