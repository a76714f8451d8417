import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

/** Starts a compiled file of dist/ with this Node; its log goes to standard error only when `verbose`. */
export function start(script: string, args: readonly string[], verbose: boolean): ChildProcess {
  return spawn(process.execPath, [script, ...args], { stdio: ["ignore", verbose ? "inherit" : "ignore", "inherit"] });
}

/** Waits until `url` answers 200. Throws when the process ends first or after `seconds`. */
export async function waitFor(url: string, child: ChildProcess, seconds: number): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null)
      throw new Error(`the process behind ${url} ended with code ${child.exitCode}; its error stands above`);
    const answered = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${url} did not answer within ${seconds} s`);
}

/** SIGTERM, then SIGKILL after ten seconds; resolves when the process has ended. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await ended;
  clearTimeout(timer);
}

/** Throws, naming the port, when one of them is taken. */
export async function requireFreePorts(ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
    if (!free) throw new Error(`port ${port} is in use; stop the process that holds it and run the demo again`);
  }
}
