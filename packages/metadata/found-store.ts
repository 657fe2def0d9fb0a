import { foundCluster } from './controller/found-cluster.ts'
import { ClusterImage } from './image/cluster-image.ts'
import type { MetadataStore } from './store.ts'

/** Founds a cluster in an empty store, for a broker that comes later. A store that has one stays as it is. */
export async function foundStore(
  store: MetadataStore,
  cluster: { readonly clusterId: string; readonly features: ReadonlyMap<string, number> },
): Promise<void> {
  const image = ClusterImage.from(await store.readAll())
  const { changes } = foundCluster({ image }, cluster.clusterId, cluster.features)
  if (changes.length > 0) await store.commit(changes)
}
