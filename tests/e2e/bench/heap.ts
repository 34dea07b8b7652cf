import type { CDPSession, Page } from '@playwright/test';

const ANSWER_MS = 20_000;

/** Heaps in use after a collection of garbage, in MB; the worker's is absent where it doesn't answer. */
export async function heaps(page: Page): Promise<{ readonly heap: number; readonly workerHeap?: number }> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const worker = await workerHeap(session);
  return { heap: usedSize / 2 ** 20, ...(worker === undefined ? {} : { workerHeap: worker / 2 ** 20 }) };
}

/** A worker has a heap of its own, which only its own session in the protocol tells. */
async function workerHeap(session: CDPSession): Promise<number | undefined> {
  const found = new Promise<string>((resolve) => {
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.type === 'worker') resolve(sessionId);
    });
  });
  const answered = new Promise<number>((resolve) => {
    session.on('Target.receivedMessageFromTarget', ({ message }) => {
      const { id, result }: { readonly id?: number; readonly result?: { readonly usedSize?: number } } =
        JSON.parse(message);
      if (id === 2 && result?.usedSize !== undefined) resolve(result.usedSize);
    });
  });
  const ask = async () => {
    await session.send('Target.setAutoAttach', {
      autoAttach: true,
      waitForDebuggerOnStart: false,
      flatten: false,
    });
    const sessionId = await found;
    for (const [index, method] of ['HeapProfiler.collectGarbage', 'Runtime.getHeapUsage'].entries()) {
      await session.send('Target.sendMessageToTarget', {
        sessionId,
        message: JSON.stringify({ id: index + 1, method }),
      });
    }
    return answered;
  };
  const giveUp = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), ANSWER_MS));
  return Promise.race([ask(), giveUp]);
}
