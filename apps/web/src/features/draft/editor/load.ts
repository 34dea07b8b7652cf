type Loaded = Promise<{ readonly default: typeof import('./YamlEditor.tsx').YamlEditor }>;

let loading: Loaded | undefined;

/** Loads the editor once, ready to be shown. Asked for early, it is there when there is something to edit. */
export function loadEditor(): Loaded {
  loading ??= load();
  return loading;
}

async function load(): Loaded {
  try {
    const { YamlEditor, prepareEditor } = await import('./YamlEditor.tsx');
    await prepareEditor();
    return { default: YamlEditor };
  } catch (error) {
    // The server may be back when it is asked for again.
    loading = undefined;
    throw error;
  }
}
