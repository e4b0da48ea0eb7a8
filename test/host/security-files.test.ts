import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostDeviceInfos } from '../../src/host/index.ts'
import { CONTAINER, pod, recorder, type TestNode, withNode } from '../engine/plexus.ts'
import { assert, test } from '../harness.ts'

const NOBODY = 65_534
const DEVINFO = '/var/run/k8s.cni.cncf.io/devinfo'

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)

// A file that is not Plexus' own, which no link may lead it to.
function victim(node: TestNode): string {
  const path = `${node.folder}/victim`
  writeFileSync(path, 'untouched', { mode: 0o644 })
  return path
}

async function addAndDelete(node: TestNode): Promise<void> {
  node.apply(pod('web'))
  const added = await node.call('ADD')
  assert.is(added.status, 0, added.stdout)
  assert.is((await node.call('DEL')).status, 0)
}

test('F1: the journal is readable for its user alone, and so are its folder and its locks', async () => {
  await withNode({ delegates: [recorder('base')] }, async (node) => {
    node.apply(pod('web'))
    const logFile = `${node.folder}/log/plexus.log`
    assert.is((await node.call('ADD', { config: { logFile, logLevel: 'debug' } })).status, 0)
    const folder = `${node.folder}/state/plexus`
    assert.equal([`${folder}/${CONTAINER}.json`, folder, `${folder}/locks`, logFile].map(modeOf), [
      '600',
      '700',
      '700',
      '600',
    ])
    assert.is((await node.call('DEL')).status, 0)
  })
})

for (const name of [`${CONTAINER}.json`, `${CONTAINER}.json.tmp`])
  test(`F1: a link planted as the journal's ${name} is replaced, and what it leads to stays as it is`, async () => {
    await withNode({ delegates: [recorder('base')] }, async (node) => {
      const path = victim(node)
      mkdirSync(`${node.folder}/state/plexus`)
      symlinkSync(name.endsWith('.tmp') ? path : `${node.folder}/nowhere`, `${node.folder}/state/plexus/${name}`)
      await addAndDelete(node)
      assert.is(readFileSync(path, 'utf8'), 'untouched')
      assert.is(modeOf(path), '644')
      assert.not.ok(existsSync(`${node.folder}/nowhere`))
    })
  })

test('F3, G8: a link planted in the place of a journal is set aside; what it leads to is neither changed nor shown', async () => {
  await withNode({ delegates: [recorder('base')] }, async (node) => {
    const path = victim(node)
    writeFileSync(path, 'root:$6$secret:19000::::::')
    mkdirSync(`${node.folder}/state/plexus`)
    symlinkSync(path, `${node.folder}/state/plexus/${CONTAINER}.json`)
    node.apply(pod('web'))
    const { stdout, stderr } = await node.call('DEL')
    assert.not.match(stdout + stderr, 'secret')
    assert.is(readFileSync(path, 'utf8'), 'root:$6$secret:19000::::::')
  })
})

const FOREIGN: readonly (readonly [string, (node: TestNode) => void])[] = [
  ["another user's", (node) => chownSync(`${node.folder}/state`, NOBODY, NOBODY)],
  ['one that everybody may write in', (node) => chmodSync(`${node.folder}/state`, 0o777)],
  ["one with another user's journal folder", (node) => foreignJournal(node)],
  ["one whose journal folder is a link to another user's", (node) => linkedJournal(node)],
]

function foreignJournal(node: TestNode, folder = `${node.folder}/state/plexus`): void {
  mkdirSync(folder)
  chownSync(folder, NOBODY, NOBODY)
}

function linkedJournal(node: TestNode): void {
  foreignJournal(node, `${node.folder}/foreign`)
  symlinkSync(`${node.folder}/foreign`, `${node.folder}/state/plexus`)
}

for (const verb of ['ADD', 'CHECK', 'DEL'])
  for (const [what, make] of FOREIGN)
    test(`F1, A7: ${verb} with a cniDir that is ${what} runs nothing and says why`, async () => {
      await withNode({ delegates: [recorder('base')] }, async (node) => {
        node.apply(pod('web'))
        make(node)
        const { json, stdout } = await node.call(verb)
        assert.is(json.code, 5, stdout)
        assert.match(json.msg ?? '', /belongs to user 65534|others may write in it/)
        assert.equal(node.recorded(), [])
        assert.equal(
          readdirSync(`${node.folder}/state`, { recursive: true }).filter((name) => name !== 'plexus'),
          [],
        )
      })
    })

test('B3a: a link planted as the locks folder costs nobody what is in the folder it leads to', async () => {
  await withNode({ delegates: [recorder('base')] }, async (node) => {
    mkdirSync(`${node.folder}/elsewhere`)
    mkdirSync(`${node.folder}/state/plexus`)
    writeFileSync(`${node.folder}/elsewhere/${CONTAINER}.lock`, 'untouched')
    symlinkSync(`${node.folder}/elsewhere`, `${node.folder}/state/plexus/locks`)
    node.apply(pod('web'))
    const { json } = await node.call('ADD')
    assert.is(json.code, 5)
    assert.is(readFileSync(`${node.folder}/elsewhere/${CONTAINER}.lock`, 'utf8'), 'untouched')
  })
})

test('G8: a link in the place of the log file is not written through; the call goes on and stderr says so', async () => {
  await withNode({ delegates: [recorder('base')] }, async (node) => {
    const path = victim(node)
    symlinkSync(path, `${node.folder}/plexus.log`)
    node.apply(pod('web'))
    const config = { logFile: `${node.folder}/plexus.log`, logLevel: 'debug', logToStderr: false }
    const { status, stderr } = await node.call('ADD', { config })
    assert.is(status, 0)
    assert.match(stderr, 'the log cannot be written')
    assert.is(readFileSync(path, 'utf8'), 'untouched')
    assert.is((await node.call('DEL')).status, 0)
  })
})

test('C12: a link planted where a DeviceInfo file is to be is replaced, and what it leads to stays as it is', async () => {
  await withNode({ delegates: [recorder('base')] }, async (node) => {
    const path = victim(node)
    const name = `default-lan-${CONTAINER}_net1`
    for (const folder of ['dp', 'cni']) mkdirSync(`${DEVINFO}/${folder}`, { recursive: true })
    symlinkSync(path, `${DEVINFO}/cni/${name}`)
    const infos = hostDeviceInfos()
    writeFileSync(`${DEVINFO}/dp/a-b-1-device.json`, '{"type":"pci"}')
    const device = infos.pathOf({ network: 'default/lan', containerId: CONTAINER, ifName: 'net1' })
    assert.is(device, `${DEVINFO}/cni/${name}`)
    infos.publish(device, { resource: 'a/b', deviceID: '1' })
    assert.equal([readFileSync(device, 'utf8'), readFileSync(path, 'utf8')], ['{"type":"pci"}', 'untouched'])
    for (const [network, resource] of [['../../../etc/x', '../../../../etc/shadow']] as const) {
      const inside = infos.pathOf({ network, containerId: CONTAINER, ifName: 'net1' })
      assert.match(inside, /^\/var\/run\/k8s\.cni\.cncf\.io\/devinfo\/cni\/[^/]+$/)
      infos.publish(inside, { resource, deviceID: '../../passwd' })
    }
    assert.equal(readdirSync(`${DEVINFO}/cni`), [name])
  })
})
