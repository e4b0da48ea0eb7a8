const BEGIN = '<!-- made by the test run -->'
const END = '<!-- end -->'

/** The text of a page, with this in the place of what an earlier test run made. */
export function withMadePart(page: string, made: string): string {
  const [before = '', rest = ''] = page.split(BEGIN)
  const [, after = ''] = rest.split(END)
  return `${before}${BEGIN}\n\n${made}\n\n${END}${after}`
}
