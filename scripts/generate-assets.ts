import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'

// The executable is one file: what `plexus demo` needs beside itself is carried in it as text.
const ASSETS = {
  'definitions.yaml': 'examples/demo/definitions.yaml',
  'pods.yaml': 'examples/demo/pods.yaml',
  '00-plexus.conf': 'examples/demo/00-plexus.conf',
  'isolated.sh': 'scripts/isolated.sh',
  'uml-run.sh': 'scripts/uml-run.sh',
} as const

const texts = Object.entries(ASSETS).map(([name, path]) => [name, readFileSync(path, 'utf8')])
const module = `/** The files \`plexus demo\` is made of, by name. */\nexport const DEMO_FILES = ${JSON.stringify(Object.fromEntries(texts), null, 2)} as const\n`
mkdirSync('src/cli/generated', { recursive: true })
writeFileSync('src/cli/generated/demo-files.ts', module)

const isolated = readFileSync('scripts/isolated.sh', 'utf8')
mkdirSync('conformance/generated', { recursive: true })
writeFileSync(
  'conformance/generated/isolated-script.ts',
  `/** scripts/isolated.sh, which gives a command a machine of its own. */\nexport const ISOLATED_SCRIPT = ${JSON.stringify(isolated)}\n`,
)
