/** Where servers that were obtained once are kept. */
export function cacheOf(environment: NodeJS.ProcessEnv): { readonly cacheDirectory?: string } {
  const cacheDirectory = environment['HEADWATER_CACHE_DIRECTORY'];
  return cacheDirectory ? { cacheDirectory } : {};
}
