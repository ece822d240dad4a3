import { spawn } from 'node:child_process';
import { Socket } from 'node:net';

/**
 * What a guard runs: it waits for a word from us. None came and the pipe is broken: we are gone. It asks the process
 * ($0) to stop in order, and kills what is left of its group when it has, or after 35 s.
 */
const vigil = `
read -r word
[ "$word" = over ] && exit 0
end_group() { kill -KILL -- "-$0" 2>/dev/null; exit 0; }
kill -TERM "$0" 2>/dev/null || end_group
n=0
while [ $n -lt 35 ]; do
  kill -0 "$0" 2>/dev/null || end_group
  sleep 1
  n=$((n + 1))
done
end_group`;

/**
 * Ends the process `pid`, leader of its group, when this process is gone, however it went: nothing of ours runs after
 * a SIGKILL. The guard is a small shell in a session of its own.
 *
 * @returns to be called when the process has ended
 */
export function guard(pid: number): () => void {
  const watcher = spawn('/bin/sh', ['-c', vigil, String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watcher.unref();
  const { stdin } = watcher;
  if (stdin instanceof Socket) stdin.unref();
  // Somebody may have killed the guard first.
  watcher.on('error', () => undefined);
  stdin.on('error', () => undefined);
  return () => {
    stdin.end('over\n');
  };
}
