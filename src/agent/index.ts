/**
 * The node agent: what it knows of the cluster, the turns it gives, what it tells. It runs no delegate. How it follows
 * the API server, and what it keeps, is deliberately not in here.
 */
export { runAgent } from './agent.ts'
export type { AgentOptions } from './agent-node.ts'
