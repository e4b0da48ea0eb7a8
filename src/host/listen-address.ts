import { CniError, CODE } from '../cni/index.ts'

/**
 * The host and the port of an address to listen at: `host:port`, an IPv6 address with or without brackets.
 * @param option The option that gives it.
 * @throws CniError 4 that names the option, where it is no such address.
 */
export function hostAndPort(address: string, option: string): { readonly host: string; readonly port: number } {
  const [, host = '', port = ''] = /^(.*):(\d{1,5})$/.exec(address) ?? []
  if (host !== '' && Number(port) <= 65_535) return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) }
  throw new CniError(CODE.invalidEnvironment, `${option}: "${address}" is not host:port`)
}
