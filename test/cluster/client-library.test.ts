import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { bridge, withNode } from '../engine/plexus.ts'
import { assert, test } from '../harness.ts'
import { podArgs } from './api-node.ts'

const ROOT = new URL('../../', import.meta.url).pathname
const CLIENT = '@kubernetes'
const MISSING = /Cannot find package '@kubernetes\/client-node'/

/** The program as built, in a folder where every package is to be had but the Kubernetes client. */
function withoutClient(folder: string): readonly [string, ...string[]] {
  mkdirSync(`${folder}/node_modules`)
  cpSync(`${ROOT}dist`, `${folder}/dist`, { recursive: true, filter: (path) => !path.endsWith('/plexus') })
  cpSync(`${ROOT}package.json`, `${folder}/package.json`)
  for (const name of readdirSync(`${ROOT}node_modules`).filter((entry) => entry !== CLIENT))
    symlinkSync(`${ROOT}node_modules/${name}`, `${folder}/node_modules/${name}`)
  return [process.execPath, `${folder}/dist/main.js`]
}

test('C15, G2: the Kubernetes client is loaded by no call that asks no API server', async () => {
  const config = { source: undefined, kubeconfig: '/nowhere', delegates: [bridge(40)], cniVersion: '1.1.0' }
  await withNode(config, async (node) => {
    const command = withoutClient(node.folder)
    const valid = { config: { 'cni.dev/valid-attachments': [] } }
    const { status, stdout } = await node.call('ADD', { command, args: '' })
    assert.is(status, 0, stdout)
    for (const [verb, options] of [
      ['VERSION', {}],
      ['CHECK', podArgs('web')],
      ['DEL', podArgs('web')],
      ['STATUS', {}],
      ['GC', valid],
    ] as const) {
      const ended = await node.call(verb, { ...options, command })
      assert.is(ended.status, 0, `${verb}: ${ended.stdout}`)
    }
    const asking = await node.call('ADD', { ...podArgs('web'), command })
    assert.is(asking.status, 1)
    assert.match(asking.json.msg ?? '', MISSING, 'where it is needed it is missed')
  })
})
