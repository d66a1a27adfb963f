import { readFileSync } from "node:fs";
import type { FileEntry } from "./layer.ts";
import { directory, symlink, textFile } from "./layer.ts";
import type { ProgramRecipe } from "./programs.ts";

/** The part of an image's configuration that says how its containers start. */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env?: readonly string[];
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  readonly WorkingDir?: string;
  readonly User?: string;
  readonly StopSignal?: string;
}

export interface ImageRecipe {
  readonly name: string;
  /** Layers, lowest first; images share those of the same recipe. The base is below them all. */
  readonly layers: readonly (ProgramRecipe | FilesRecipe)[];
  readonly config: ImageConfig;
  /** Without the base: the layers are all there is. */
  readonly bare?: true;
}

/** Files that no Debian package has. */
export type FilesRecipe = () => readonly FileEntry[] | Promise<readonly FileEntry[]>;

/** Images that are built together. */
export interface ImageTable {
  readonly recipes: readonly ImageRecipe[];
  /** Absolute paths of files and folders that the recipes are made of: when they change, images are built anew. */
  readonly sources: readonly string[];
}

export const PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const NGINX_TAGS = ["latest", "1.14.2", "1.16", "1.16.1", "1.17"];

/** A shell and the usual commands; the applets' links are made when it is built, because the program itself lists them. */
export const busyboxRecipe: ProgramRecipe = { packages: ["busybox"], files: /^usr\/bin\/busybox$/ };

export const nginx: ProgramRecipe = {
  packages: ["nginx", "nginx-common"],
  files: /^(usr\/sbin\/nginx|etc\/nginx\/(mime\.types|fastcgi_params|uwsgi_params|scgi_params))$/,
  withoutLibraries:
    /bpf|bsd|tirpc|xtables|elf|mnl|cap2|db5|gssapi|krb5|k5crypto|com-err|keyutils|readline|tinfo|zstd|acl/,
};

const redis: ProgramRecipe = {
  packages: ["redis-server", "redis-tools"],
  files: /^usr\/bin\/redis-/,
  withoutLibraries: /file-find|selinux|pcre|db5|gdbm|bz2|libmd0|acl|sepol|readline|tinfo|crypt1$/,
};

const httpd: ProgramRecipe = {
  packages: ["apache2-bin", "media-types"],
  files:
    /^(usr\/sbin\/apache2|usr\/lib\/apache2\/modules\/mod_(mpm_event|authz_core|dir|mime|alias)\.so|etc\/mime\.types)$/,
  withoutLibraries:
    /icu|mariadb|pq5|odbc|sqlite|ldap|lua|xml2|curl|gnutls|krb5|k5crypto|sasl|ssh2|rtmp|hogweed|nettle|p11|unistring|gmp|idn2|psl|stdc|brotli|jansson|nghttp2|dbd|gdbm|systemd|gcrypt/,
};

export const curl: ProgramRecipe = { packages: ["curl"], files: /^usr\/bin\/curl$/, withoutLibraries: /stdc/ };

export const perl: ProgramRecipe = {
  packages: ["perl-base"],
  files: /^usr\/(bin\/perl$|lib\/[^/]+\/perl-base\/)/,
  withoutLibraries: /selinux|pcre|acl|bz2|lzma|libmd0/,
};

const webPort = { ExposedPorts: { "80/tcp": {} } };
const appPort = { ExposedPorts: { "3000/tcp": {} } };

/** The images of the demo and of tests, made of Debian's programs: old versions are named, today's program runs. */
const documentImages: readonly ImageRecipe[] = [
  ...["busybox:latest", "busybox:1.36"].map((name) => ({ name, layers: [], config: { Cmd: ["sh"], Env: [PATH] } })),
  ...NGINX_TAGS.map((tag) => ({
    name: `nginx:${tag}`,
    layers: [nginx, nginxFiles, () => nginxPage(tag)],
    config: {
      Cmd: ["nginx", "-g", "daemon off;"],
      Env: [PATH, `NGINX_VERSION=${tag}`],
      StopSignal: "SIGQUIT",
      ...webPort,
    },
  })),
  ...["redis:latest", "redis:3.2"].map((name) => ({
    name,
    layers: [redis, redisFiles],
    config: {
      Entrypoint: ["docker-entrypoint.sh"],
      Cmd: ["redis-server"],
      Env: [PATH],
      WorkingDir: "/data",
      ExposedPorts: { "6379/tcp": {} },
    },
  })),
  {
    name: "httpd:2.4",
    layers: [httpd, httpdFiles],
    config: { Cmd: ["httpd-foreground"], Env: [PATH], StopSignal: "SIGWINCH", ...webPort },
  },
  {
    name: "curlimages/curl:latest",
    layers: [curl, () => [ownFile("curl-entrypoint.sh", "entrypoint.sh", 0o755)]],
    config: { Entrypoint: ["/entrypoint.sh"], Cmd: ["curl", "--help"], Env: [PATH], User: "100", WorkingDir: "/tmp" },
  },
  ...["v1", "v2"].map((version) => ({
    name: `ghcr.io/subicura/echo:${version}`,
    layers: [perl, () => [ownFile("server.pl", "app/server.pl"), ownFile("echo.pl", "app/echo.pl")]],
    config: { Cmd: ["perl", "/app/echo.pl"], Env: [PATH, `VERSION=${version}`], ...appPort },
  })),
  {
    name: "ghcr.io/subicura/counter:latest",
    layers: [perl, () => [ownFile("server.pl", "app/server.pl"), ownFile("counter.pl", "app/counter.pl")]],
    config: { Cmd: ["perl", "/app/counter.pl"], Env: [PATH], ...appPort },
  },
];

/** What the documents name. Its sources are this folder, which counts for every table. */
export const DOCUMENT_IMAGES: ImageTable = { recipes: documentImages, sources: [] };

/** What every image has besides busybox. */
export function baseFiles(): readonly FileEntry[] {
  return [
    ...["bin", "sbin", "lib", "lib64"].map((name) => symlink(name, `usr/${name}`)),
    textFile("etc/passwd", PASSWD),
    textFile("etc/group", GROUP),
    textFile("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"),
    textFile("etc/os-release", 'ID=debian\nNAME="Debian GNU/Linux"\nPRETTY_NAME="Debian GNU/Linux, in parts"\n'),
    ownFile("wget", "usr/local/bin/wget", 0o755),
    directory("tmp", 0o1777),
    directory("var/tmp", 0o1777),
    directory("root", 0o700),
    ...["proc", "sys", "dev", "run", "home", "var/log", "var/run"].map((path) => directory(path)),
  ];
}

const PASSWD = `root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/bin/false
www-data:x:33:33:www-data:/var/www:/bin/false
curl_user:x:100:101:curl:/home:/bin/sh
redis:x:999:999:redis:/data:/bin/false
nginx:x:101:102:nginx:/nonexistent:/bin/false
nobody:x:65534:65534:nobody:/nonexistent:/bin/false
`;

const GROUP = `root:x:0:
daemon:x:1:
www-data:x:33:
tty:x:5:
curl_group:x:101:
nginx:x:102:
redis:x:999:
nogroup:x:65534:
`;

export function nginxFiles(): readonly FileEntry[] {
  return [
    ownFile("nginx.conf", "etc/nginx/nginx.conf"),
    symlink("var/log/nginx/access.log", "/dev/stdout"),
    symlink("var/log/nginx/error.log", "/dev/stderr"),
    directory("var/lib/nginx", 0o755, 33, 33),
    directory("var/cache/nginx", 0o755, 33, 33),
  ];
}

export function nginxPage(tag: string): readonly FileEntry[] {
  return [
    textFile(
      "etc/nginx/conf.d/default.conf",
      `server {
  listen 80;
  server_name localhost;
  add_header X-Image nginx:${tag};
  location / {
    root /usr/share/nginx/html;
    index index.html index.htm;
  }
}
`,
    ),
    textFile(
      "usr/share/nginx/html/index.html",
      `<!DOCTYPE html>
<html>
<head><title>Welcome to nginx!</title></head>
<body>
<h1>Welcome to nginx!</h1>
<p>This is the image nginx:${tag}.</p>
</body>
</html>
`,
    ),
  ];
}

function redisFiles(): readonly FileEntry[] {
  return [
    ownFile("redis-entrypoint.sh", "usr/local/bin/docker-entrypoint.sh", 0o755),
    directory("data", 0o755, 999, 999),
  ];
}

function httpdFiles(): readonly FileEntry[] {
  return [
    ownFile("httpd.conf", "usr/local/apache2/conf/httpd.conf"),
    symlink("usr/local/apache2/conf/mime.types", "/etc/mime.types"),
    textFile("usr/local/apache2/htdocs/index.html", "<html><body><h1>It works!</h1></body></html>\n"),
    textFile(
      "usr/local/bin/httpd-foreground",
      '#!/bin/sh\nrm -f /usr/local/apache2/logs/httpd.pid\nexec apache2 -f /usr/local/apache2/conf/httpd.conf -DFOREGROUND "$@"\n',
      0o755,
    ),
    directory("usr/local/apache2/logs"),
  ];
}

function ownFile(source: string, path: string, mode = 0o644): FileEntry {
  return textFile(path, readFileSync(new URL(`./files/${source}`, import.meta.url), "utf8"), mode);
}
