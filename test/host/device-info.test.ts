import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { toJson } from '../../src/cni/index.ts'
import type { DeviceInfos } from '../../src/engine/index.ts'
import { hostDeviceInfos } from '../../src/host/device-info.ts'
import { refusal } from '../attach/refusal.ts'
import { assert, test } from '../harness.ts'
import { inTemporaryFolder } from './temporary.ts'

const PCI = '{ "type": "pci", "version": "1.1.0", "pci": {"pci-address": "0000:03:02.1"}, "x": 9007199254740993 }'
const DEVICE = {
  resource: 'intel.com/sriov',
  deviceID: '0000:03:02.1',
  network: 'default/fast',
  containerId: 'c0ffee',
  ifName: 'net1',
}
const SOURCE = 'dp/intel.com-sriov-0000:03:02.1-device.json'
const TARGET = 'cni/default-fast-c0ffee_net1'

function withFiles(files: Readonly<Record<string, string>>, use: (folder: string) => void): Promise<void> {
  return inTemporaryFolder((folder) => {
    mkdirSync(`${folder}/dp`)
    for (const [name, text] of Object.entries(files)) writeFileSync(`${folder}/${name}`, text)
    use(folder)
  })
}

test("C12: a device's file is copied as it is to where its attachment's plugins read it, and removed again", () =>
  withFiles({ [SOURCE]: PCI }, (folder) => {
    const infos = hostDeviceInfos({ folder })
    const path = published(infos, DEVICE)
    assert.is(path, `${folder}/${TARGET}`)
    assert.is(readFileSync(path, 'utf8'), PCI)
    assert.is(statSync(path).mode & 0o7777, 0o444)
    assert.match(toJson(infos.read(path) ?? {}), '"x":9007199254740993')
    infos.remove(path)
    infos.remove(path)
    assert.equal(readdirSync(`${folder}/cni`), [])
    assert.is(readFileSync(`${folder}/${SOURCE}`, 'utf8'), PCI)
  }))

test('C12: a reader of the copy is not shut out by the umask of the runtime', () =>
  withFiles({ [SOURCE]: PCI }, (folder) => {
    const before = process.umask(0o077)
    try {
      assert.is(statSync(published(hostDeviceInfos({ folder }), DEVICE)).mode & 0o7777, 0o444)
    } finally {
      process.umask(before)
    }
  }))

test('C12: where a device has no file, its attachment has a path and its plugins may write there', () =>
  withFiles({}, (folder) => {
    const infos = hostDeviceInfos({ folder })
    const path = published(infos, DEVICE)
    assert.equal([path, infos.read(path)], [`${folder}/${TARGET}`, undefined])
    mkdirSync(`${folder}/cni`)
    writeFileSync(path, '{"type":"vhost-user"}')
    assert.equal(infos.read(path), { type: 'vhost-user' })
  }))

test('C12: a slash in a resource, a device id or a network is a dash in the names of the files', () =>
  withFiles({ 'dp/..-a-b-..-1-device.json': '{"type":"pci"}' }, (folder) => {
    const device = { ...DEVICE, resource: '../a/b', deviceID: '../1', network: '../up' }
    const infos = hostDeviceInfos({ folder })
    const path = published(infos, device)
    assert.equal([path, infos.read(path)], [`${folder}/cni/..-up-c0ffee_net1`, { type: 'pci' }])
  }))

test('C12: a device that the pod named itself has a path for its plugins, and no file to copy', () =>
  withFiles({ 'dp/undefined-0000:03:02.1-device.json': PCI }, (folder) => {
    const infos = hostDeviceInfos({ folder })
    const path = published(infos, { ...DEVICE, resource: undefined })
    assert.equal([path, infos.read(path)], [`${folder}/${TARGET}`, undefined])
  }))

test("C12: what an earlier attachment left takes no part, whether the device has a file or not, nor a link's target", () =>
  withFiles({ [SOURCE]: PCI, victim: 'untouched' }, (folder) => {
    mkdirSync(`${folder}/cni`)
    const infos = hostDeviceInfos({ folder })
    symlinkSync('../victim', `${folder}/${TARGET}`)
    const path = published(infos, DEVICE)
    assert.is(readFileSync(`${folder}/victim`, 'utf8'), 'untouched')
    assert.is(readFileSync(path, 'utf8'), PCI)
    published(infos, { ...DEVICE, deviceID: 'without-file' })
    assert.is(infos.read(path), undefined)
  }))

test('C12: a file that is no JSON object is not copied; the error names it', () =>
  withFiles({ [SOURCE]: '["pci"]' }, (folder) => {
    const infos = hostDeviceInfos({ folder })
    const fault = `6 ${folder}/${SOURCE} is a list; expected a JSON object`
    assert.is(
      refusal(() => published(infos, DEVICE)),
      fault,
    )
    assert.is(infos.read(`${folder}/${TARGET}`), undefined)
    mkdirSync(`${folder}/cni`)
    writeFileSync(`${folder}/${TARGET}`, '{"type":')
    assert.match(
      refusal(() => infos.read(`${folder}/${TARGET}`)),
      `6 ${folder}/${TARGET} is not JSON: `,
    )
  }))

test('C12: what the machine refuses is error 5 with the path', () =>
  withFiles({ [SOURCE]: PCI, cni: 'a file where a folder belongs' }, (folder) => {
    const infos = hostDeviceInfos({ folder })
    assert.is(
      refusal(() => infos.read(`${folder}/dp`)),
      `5 ${folder}/dp: cannot be read: is a directory`,
    )
    assert.match(
      refusal(() => published(infos, DEVICE)),
      `5 ${folder}/${TARGET}: cannot be `,
    )
  }))

test('C12: an attachment whose name makes too long a path is error 5, and nothing is left of it', () =>
  withFiles({ [SOURCE]: PCI }, (folder) => {
    const device = { ...DEVICE, network: 'x'.repeat(300) }
    assert.match(
      refusal(() => published(hostDeviceInfos({ folder }), device)),
      ': cannot be written: file name too long',
    )
    assert.equal(readdirSync(`${folder}/cni`), [])
  }))

function published(
  infos: DeviceInfos,
  device: typeof DEVICE | (Omit<typeof DEVICE, 'resource'> & { resource: string | undefined }),
): string {
  const path = infos.pathOf(device)
  infos.publish(path, device)
  return path
}
