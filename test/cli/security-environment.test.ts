import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { PLEXUS, pod, type TestNode, withNode } from '../engine/plexus.ts'
import { assert, test } from '../harness.ts'

const SECRET = 'hunter2'
const VERSION = { CNI_COMMAND: 'VERSION' }
const INHERITED = { HOME: '/root', HTTPS_PROXY: 'http://proxy:3128', no_proxy: '10.0.0.0/8', TRACEPARENT: '00-1-2-01' }
const WITHHELD = {
  AWS_SECRET_ACCESS_KEY: SECRET,
  KUBECONFIG: '/root/.kube/config',
  BUN_OPTIONS: '--preload=/tmp/x',
  NODE_OPTIONS: '--require=/tmp/x',
  LD_LIBRARY_PATH: '/tmp/x',
  BASH_ENV: '/tmp/x',
  PYTHONPATH: '/tmp/x',
}

const namesIn = (node: TestNode): readonly string[] =>
  readFileSync(`${node.folder}/records/environment`, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.slice(0, line.indexOf('=')))

type Run = { readonly args?: readonly string[]; readonly env?: Readonly<Record<string, string>>; readonly cwd?: string }

function run({ args = [], env = {}, cwd = '/' }: Run): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(PLEXUS, args, { env: { PATH: process.env['PATH'], ...env }, cwd, encoding: 'utf8' })
}

const delegates = [{ cniVersion: '1.0.0', name: 'n', type: 'environment' }]

for (const verb of ['ADD', 'DEL'])
  test(`A1, A7: at ${verb} a delegate inherits CNI_* variables, the documented few and those the node names, and no other`, async () => {
    await withNode({ delegates, delegateEnvironment: ['RECORDS', 'VENDOR_NODE'] }, async (node) => {
      node.apply(pod('web'))
      const env = { ...INHERITED, ...WITHHELD, VENDOR_NODE: 'n1', CNI_VENDOR: 'x' }
      assert.is((await node.call('ADD', { env })).status, 0)
      if (verb === 'DEL') assert.is((await node.call('DEL', { env })).status, 0)
      // The mark of a delegate, and what the shell that the plugin is sets itself.
      const own = ['PLEXUS_NESTED', 'PLEXUS_PROCESS', 'PWD', 'OLDPWD', '_']
      const names = namesIn(node).filter((name) => !own.includes(name))
      assert.equal(
        names,
        [
          ...['CNI_ARGS', 'CNI_COMMAND', 'CNI_CONTAINERID', 'CNI_IFNAME', 'CNI_NETNS', 'CNI_PATH', 'CNI_VENDOR'],
          ...['PATH', 'RECORDS', 'VENDOR_NODE', ...Object.keys(INHERITED)],
        ].sort(),
      )
    })
  })

test('A7: what steers Bun or Node.js in the environment makes the executable run, load, show or open nothing', async () => {
  await withNode({ delegates: [] }, async ({ folder }) => {
    const script = `${folder}/hostile.cjs`
    writeFileSync(script, `require('node:fs').writeFileSync('${folder}/loaded', '')`)
    const usual = run({ env: VERSION })
    assert.match(usual.stdout, '"supportedVersions"')
    for (const env of [
      { BUN_BE_BUN: '1' },
      { UN_BE_BUN: '1' },
      { BUN_OPTIONS: `--preload ${script}` },
      { BUN_OPTIONS: `--require=${script} --eval 1 --print 2` },
      { BUN_INSPECT_PRELOAD: script },
      { BUN_INSPECT: 'ws://127.0.0.1:9229/x?break=1' },
      { BUN_INSPECT_CONNECT_TO: `unix://${folder}/debugger` },
      { BUN_PRELOAD: script },
      { NODE_OPTIONS: `--require ${script}` },
      { NODE_PATH: folder },
      { BUN_CONFIG_VERBOSE_FETCH: 'curl' },
      { BUN_BYTECODE_ORDER_OUT: `${folder}/loaded` },
      { BUN_BYTECODE_ORDER_NAMES_OUT: `${folder}/loaded` },
      { BUN_TRACE: `${folder}/loaded` },
    ]) {
      const { status, stdout, stderr } = run({ env: { ...VERSION, ...env } })
      assert.equal([status, stdout, stderr], [0, usual.stdout, ''], JSON.stringify(env))
    }
    assert.not.ok(existsSync(`${folder}/loaded`))
  })
})

test('A7: the executable takes nothing from the folder it is started in', async () => {
  await withNode({ delegates: [] }, async ({ folder }) => {
    const [here, script] = [`${folder}/here`, `require('node:fs').writeFileSync('${folder}/loaded', '')`]
    mkdirSync(here)
    writeFileSync(`${here}/hostile.js`, script)
    writeFileSync(`${here}/bunfig.toml`, 'preload = ["./hostile.js"]\n[run]\npreload = ["./hostile.js"]\n')
    for (const name of ['.env', '.env.local', '.env.production'])
      writeFileSync(`${here}/${name}`, 'CNI_COMMAND=VERSION\n')
    writeFileSync(`${here}/tsconfig.json`, '{"compilerOptions":{"paths":{"*":["./hostile.js"]}}}')
    writeFileSync(`${here}/package.json`, '{"main":"./hostile.js","imports":{"#*":"./hostile.js"},"type":"commonjs"}')
    for (const name of ['commander', 'pino', 'prom-client', 'yaml', '@kubernetes/client-node/dist', 'lossless-json']) {
      mkdirSync(`${here}/node_modules/${name}`, { recursive: true })
      for (const file of ['index.js', 'config.js']) writeFileSync(`${here}/node_modules/${name}/${file}`, script)
    }
    // With the CNI_COMMAND of the .env either would be a plugin's call.
    assert.match(run({ args: ['--version'], cwd: here }).stdout, /^\d+\.\d+\.\d+/)
    const agent = run({ args: ['agent', '--node-config', '/nonexistent'], cwd: here })
    assert.match(agent.stderr, '/nonexistent: cannot be read')
    assert.match(run({ env: VERSION, cwd: here }).stdout, '"supportedVersions"')
    assert.not.ok(existsSync(`${folder}/loaded`))
  })
})
