import { ip, runWhere, type Where } from './machine.ts'
import type { Sandbox } from './sandbox.ts'

/** A port of the host that leads to one of a container. */
export type PortMapping = { readonly hostPort: number; readonly containerPort: number; readonly protocol: string }

const CLIENT: Where = { sandbox: 'conformance-client' }
const HOST = '198.18.7.1'

/**
 * Sends to ports of the host from another machine, a namespace of its own, and gives the mappings of which nothing
 * arrives in the sandbox at the port of the container.
 */
export function unreached(sandbox: Sandbox, mappings: readonly PortMapping[]): readonly PortMapping[] {
  makeClient()
  const inside: Where = { sandbox: sandbox.name }
  // A rule without a target lets pass, and counts.
  for (const { containerPort, protocol } of mappings)
    runWhere(inside, 'iptables', ['-A', 'INPUT', '-p', protocol, '--dport', String(containerPort)])
  let left = mappings
  // What is sent may still be on its way when it is counted.
  for (let attempt = 1; attempt <= 3 && left.length > 0; attempt += 1) {
    for (const mapping of left) send(mapping)
    const counted = runWhere(inside, 'iptables-save', ['-c']).stdout
    left = left.filter((mapping) => !hasArrived(mapping, counted))
  }
  return left
}

function makeClient(): void {
  ip('host', 'netns', 'add', 'conformance-client')
  ip('host', 'link', 'add', 'client0', 'type', 'veth', 'peer', 'name', 'client1', 'netns', 'conformance-client')
  ip('host', 'address', 'add', `${HOST}/24`, 'dev', 'client0')
  ip('host', 'link', 'set', 'client0', 'up')
  ip(CLIENT, 'address', 'add', '198.18.7.2/24', 'dev', 'client1')
  ip(CLIENT, 'link', 'set', 'client1', 'up')
  // The suite's host is a router, whatever else the plugin's network asks for.
  runWhere('host', 'sysctl', ['-qw', 'net.ipv4.ip_forward=1'])
}

// Nothing listens there: a connection is refused at once by whoever it arrives at.
function send({ hostPort, protocol }: PortMapping): void {
  runWhere(CLIENT, 'timeout', ['2', 'bash', '-c', `echo conformance >/dev/${protocol}/${HOST}/${hostPort}`])
}

function hasArrived({ containerPort, protocol }: PortMapping, counted: string): boolean {
  return counted
    .split('\n')
    .some(
      (line) =>
        line.includes(`-p ${protocol} `) && line.endsWith(`--dport ${containerPort}`) && !line.startsWith('[0:'),
    )
}
