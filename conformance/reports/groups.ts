/** The groups of cases, in order: the beginning of their ids, and what they are about. */
export const GROUPS = [
  { id: 'VER', title: 'Versions' },
  { id: 'PRO', title: 'Protocol' },
  { id: 'RES', title: 'The result of ADD' },
  { id: 'IFC', title: 'The interface is really there' },
  { id: 'NET', title: 'Addresses and routes are really there' },
  { id: 'CHN', title: 'Chaining and prevResult' },
  { id: 'DEL', title: 'DEL' },
  { id: 'CHK', title: 'CHECK' },
  { id: 'ATM', title: 'An ADD that fails leaves nothing' },
  { id: 'ERR', title: 'Errors and stdout' },
  { id: 'CAP', title: 'Capabilities' },
  { id: 'CON', title: 'Many at once' },
  { id: 'GC', title: 'GC' },
  { id: 'STA', title: 'STATUS' },
  { id: 'IPM', title: 'IPAM' },
  { id: 'CHA', title: 'Whole chains' },
] as const
