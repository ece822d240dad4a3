// Lets plain node run the sources, which import each other by the names they have after the build. With
// `--conditions=@headwater/source` a process that a spec starts runs what the spec itself runs, built or not.
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, nextResolve) {
    const relative = specifier.startsWith('.') && context.parentURL?.endsWith('.ts');
    return nextResolve(relative ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});
