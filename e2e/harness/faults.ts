/** How many planned faults have happened in a service, by port, as its `/metrics` say. */
export async function faultsOf(url: string): Promise<{ readonly store: number; readonly bus: number }> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const counted = (port: string): number =>
    text
      .split('\n')
      .filter((line) => line.startsWith('headwater_faults_total{') && line.includes(`port="${port}"`))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  return { store: counted('store'), bus: counted('bus') };
}
