import { assert, test } from '../harness.ts'
import { DHCP_WITHOUT_DAEMON, REFERENCE_PLUGINS } from './reference-plugins.ts'
import { failedCases, runReference } from './suite.ts'

// What the reference plugins 1.1.1 are known to deviate in, each by the case that has to find it.
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  bridge: [
    ...['PRO-10', 'RES-08', 'CHN-05', 'DEL-04', 'DEL-05', 'DEL-06', 'DEL-08', 'DEL-14', 'CHK-01', 'CHK-07', 'CHK-09'],
    ...['CHK-16', 'ATM-01', 'ATM-02', 'ATM-03', 'ATM-04', 'ATM-05', 'IPM-08'],
  ],
  'bridge, without a gateway': ['CHK-01', 'CHK-17'],
  macvlan: ['RES-08', 'CHN-05', 'DEL-10', 'ATM-01', 'ATM-03', 'ATM-05'],
  ptp: ['DEL-04', 'DEL-05', 'DEL-08', 'DEL-14', 'DEL-18', 'ATM-03', 'ATM-05'],
  'host-device': ['IFC-08', 'DEL-02', 'DEL-03', 'DEL-04', 'DEL-05', 'ATM-01', 'ATM-05'],
  tuning: ['CHN-02', 'DEL-09', 'CHK-01', 'CAP-02', 'ATM-06', 'ERR-02'],
  portmap: ['CHK-01', 'DEL-11', 'DEL-14', 'DEL-15', 'DEL-16', 'ATM-06'],
  bandwidth: ['CHN-06', 'CHK-01', 'CHK-12', 'DEL-11', 'DEL-12', 'DEL-16', 'CON-06', 'ERR-02'],
  sbr: ['CHN-07', 'DEL-02', 'DEL-04', 'DEL-05', 'DEL-11', 'CHK-13', 'CHA-02'],
  firewall: ['DEL-07', 'DEL-11', 'CHK-18', 'ATM-06'],
  'host-local': ['CHK-20', 'IPM-07'],
  static: ['CHK-20'],
  'dhcp, without its daemon': ['DEL-17'],
  ipvlan: ['DEL-10', 'CHK-01'],
  vlan: ['DEL-10'],
  vrf: ['DEL-16'],
}

// Every one of them answers VERSION in its own newest version, and names no variable that is invalid.
const KNOWN_OF_ALL = ['VER-03', 'PRO-02a']

for (const [name, own] of Object.entries(KNOWN)) {
  const known = [...KNOWN_OF_ALL, ...own]
  test(
    `I4: what ${name} 1.1.1 is known to deviate in is found`,
    () => {
      const plugin = [...REFERENCE_PLUGINS, DHCP_WITHOUT_DAEMON].find((one) => one.name === name)
      if (plugin === undefined) throw new Error(`there is no reference plugin ${name}`)
      const { run, stderr } = runReference(plugin, '--no-chain', '--case', ...known)
      const found = failedCases(run)
      assert.equal(
        known.filter((id) => !found.includes(id)),
        [],
        stderr,
      )
    },
    { timeoutMs: 180_000 },
  )
}

test(
  'I4: every reference plugin works in every version it claims, but loopback',
  () => {
    const withoutModules = REFERENCE_PLUGINS.filter(({ kernel }) => kernel === undefined)
    const broken = withoutModules.filter((plugin) => {
      const { run, stderr } = runReference(plugin, '--no-chain', '--case', 'VER-05')
      if (run === undefined) throw new Error(`${plugin.name}: ${stderr}`)
      return failedCases(run).length > 0
    })
    assert.equal(
      broken.map(({ name }) => name),
      ['loopback'],
    )
  },
  { timeoutMs: 300_000 },
)

test(
  'I4: rules that firewall 1.1.1 makes twice, where ten containers come first at once, are found',
  () => {
    const plugin = REFERENCE_PLUGINS.find((one) => one.name === 'firewall')
    if (plugin === undefined) throw new Error('there is no reference plugin firewall')
    // Whether two of the ten meet is up to the machine: the case tries three times, and is tried five times itself.
    const attempt = (): boolean => failedCases(runReference(plugin, '--no-chain', '--case', 'CON-04').run).length > 0
    assert.ok([1, 2, 3, 4, 5].some(attempt))
  },
  { timeoutMs: 180_000 },
)

test(
  'I4: loopback answers in the shape of another version than it was asked in, and names an interface it was not asked for',
  () => {
    const plugin = REFERENCE_PLUGINS.find((one) => one.name === 'loopback')
    if (plugin === undefined) throw new Error('there is no reference plugin loopback')
    const { run } = runReference(plugin, '--no-chain', '--case', 'VER-05', 'RES-04', 'RES-06')
    assert.equal(failedCases(run), ['VER-05', 'RES-04', 'RES-06'])
    const versions = (run?.outcomes ?? []).filter((one) => one.case.id === 'VER-05' && one.verdict.kind === 'failed')
    assert.equal(
      versions.map(({ column }) => column.version),
      ['0.1.0', '0.2.0', '0.3.0', '0.3.1', '0.4.0'],
    )
  },
  { timeoutMs: 120_000 },
)

test(
  'I1, I2: a plugin that is by itself alone, first, middle, last and second in a chain of Plexus makes what it says it makes',
  () => {
    for (const name of ['macvlan', 'tuning']) {
      const plugin = REFERENCE_PLUGINS.find((one) => one.name === name)
      if (plugin === undefined) throw new Error(`there is no reference plugin ${name}`)
      const cases = ['IFC-01', 'IFC-02', 'NET-01', 'NET-03', 'CHK-05', 'DEL-01', 'DEL-02', 'ATM-08', 'ATM-09']
      const { run } = runReference(plugin, '--cni-version', '1.0.0', '--case', ...cases)
      const placements = new Set(run?.outcomes.map(({ column }) => column.placement))
      assert.equal([...placements].sort(), ['alone', 'direct', 'first', 'last', 'middle', 'second'])
      assert.equal(failedCases(run), [], name)
    }
  },
  { timeoutMs: 180_000 },
)
