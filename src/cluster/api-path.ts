/** A path of the API in which what a configuration or an annotation names stays a name, and is no query. */
export function apiPath(texts: TemplateStringsArray, ...parts: readonly string[]): string {
  return texts.reduce((path, text, index) => `${path}${encodeURIComponent(parts[index - 1] ?? '')}${text}`)
}
