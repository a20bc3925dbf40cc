import { isAbsolute, join } from "node:path";
import { BadInput } from "../../kit/errors.ts";
import { BucketHome } from "./bucket.ts";
import { FolderHome } from "./folder.ts";
import type { FileHome } from "./home.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const variable = "LIVEPAPERS_FILES";

/**
 * Where the environment says that files are kept; undefined for the database. Without a word it is the data folder beside an embedded database, and the
 * database of a server, whose other users do not see this machine's folders. Throws `BadInput` for what is none.
 */
export function homeOf(env: Environment, dataDir: string | undefined): FileHome | undefined {
  const given = env[variable] || (dataDir === undefined ? "database" : "folder");
  if (given === "database") return undefined;
  if (given === "folder" && dataDir !== undefined) return new FolderHome(join(dataDir, "files"));
  if (isAbsolute(given)) return new FolderHome(given);
  const [, bucket, prefix = ""] = /^s3:\/\/([a-z0-9][a-z0-9.-]+)(?:\/([\w./-]*))?$/.exec(given) ?? [];
  if (bucket === undefined || prefix.split("/").includes("..")) {
    throw new BadInput(`"${given.slice(0, 80)}" is none of database, the path of a folder, or s3://bucket/prefix`, {
      where: variable,
      ...(given === "folder"
        ? { remedy: "On a database server a folder needs its whole path; all machines must share it." }
        : {}),
    });
  }
  return bucketOf(env, bucket, prefix.replace(/^\/+|\/+$/g, "").replace(/\/+/g, "/"));
}

function bucketOf(env: Environment, bucket: string, prefix: string): FileHome {
  const needed = (name: string): string => {
    const value = env[name];
    if (value) return value;
    throw new BadInput("a bucket needs an access key", {
      where: name,
      remedy: "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    });
  };
  const endpoint = endpointOf(env);
  return new BucketHome({
    bucket,
    prefix,
    endpoint,
    region: env.AWS_REGION || env.AWS_DEFAULT_REGION || "us-east-1",
    pathStyle: pathStyleOf(env) ?? endpoint !== undefined,
    accessKeyId: needed("AWS_ACCESS_KEY_ID"),
    secretAccessKey: needed("AWS_SECRET_ACCESS_KEY"),
    sessionToken: env.AWS_SESSION_TOKEN || undefined,
  });
}

function endpointOf(env: Environment): URL | undefined {
  const name = env.AWS_ENDPOINT_URL_S3 ? "AWS_ENDPOINT_URL_S3" : "AWS_ENDPOINT_URL";
  const text = env[name];
  if (!text) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.search === "" && url.username === "") return url;
  throw new BadInput("this is not the address of a service, such as https://s3.example.org", { where: name });
}

function pathStyleOf(env: Environment): boolean | undefined {
  const text = env.LIVEPAPERS_FILES_PATH_STYLE;
  if (!text) return undefined;
  if (/^(?:true|false)$/.test(text)) return text === "true";
  throw new BadInput(`"${text.slice(0, 40)}" is neither true nor false`, { where: "LIVEPAPERS_FILES_PATH_STYLE" });
}
