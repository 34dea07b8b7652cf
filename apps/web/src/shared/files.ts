/** Saves a text, whole or in parts, as a file of the person's downloads. */
export function saveText(text: string | readonly Blob[], name: string, type: string): void {
  const url = URL.createObjectURL(new Blob(typeof text === 'string' ? [text] : [...text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
