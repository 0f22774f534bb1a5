/** The version of package.json, put in by scripts/cli-plugin.mjs. */
declare module "virtual:version" {
  const version: string;
  export default version;
}
