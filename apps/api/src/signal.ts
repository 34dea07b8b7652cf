/** Listeners of something that happens. */
export interface Emitter<T> {
  emit(value: T): void;
  /** @returns a function that ends the subscription; calling it again does nothing */
  subscribe(listener: (value: T) => void): () => void;
  size(): number;
}

export function createEmitter<T>(): Emitter<T> {
  const listeners = new Set<{ readonly call: (value: T) => void }>();
  return {
    emit(value) {
      for (const listener of [...listeners]) listener.call(value);
    },
    subscribe(call) {
      const listener = { call };
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    size: () => listeners.size,
  };
}
