import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Starts a compiled file of dist/ with this Node, as the head of a process group; its log goes to standard error only when
 * `verbose`.
 */
export function start(script: string, args: readonly string[], verbose: boolean): ChildProcess {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ["ignore", verbose ? "inherit" : "ignore", "inherit"],
    detached: true,
  });
  // A group of its own does not end with the terminal's.
  process.once("exit", () => killGroup(child));
  return child;
}

/** Resolves when the process has ended. Throws when it did not end well. */
export async function succeeded(child: ChildProcess, what: string): Promise<void> {
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`${what} ended with code ${code}`);
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
  if (hasEnded(child)) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => killGroup(child), 10_000);
  await ended;
  clearTimeout(timer);
}

/** SIGKILL for the process and all its children at once, as a power cut would; resolves when it has ended. */
export async function kill(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, "exit");
  killGroup(child);
  await ended;
}

function killGroup(child: ChildProcess): void {
  if (hasEnded(child)) return;
  process.kill(-(child.pid as number), "SIGKILL");
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
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
