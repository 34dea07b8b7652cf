/** Output formats by command, the default first. */
export const FORMATS = {
  graph: ['table', 'json', 'csv', 'dot', 'mermaid'],
  explain: ['text', 'json'],
  diff: ['table', 'json', 'markdown'],
  check: ['text', 'json', 'junit', 'sarif', 'github', 'markdown'],
  lint: ['text', 'json', 'junit', 'sarif', 'github', 'markdown'],
} as const;

export const FAIL_ON = ['opened', 'closed', 'widened', 'narrowed', 'any'] as const;
export const SEVERITIES = ['error', 'warning', 'info'] as const;
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
