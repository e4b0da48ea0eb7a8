import { defineConfig } from 'tsup'
import manifest from './package.json' with { type: 'json' }

export default defineConfig({
  entry: {
    main: 'src/main.ts',
    'cni/index': 'src/cni/index.ts',
    'conformance/index': 'conformance/library.ts',
    'conformance/worker': 'conformance/worker-main.ts',
  },
  format: 'esm',
  target: 'node20',
  splitting: true,
  define: { PLEXUS_VERSION: JSON.stringify(manifest.version) },
  // The executable takes longer to make than all the rest, and has its own script.
  clean: ['dist/**/*.js', 'dist/types'],
})
