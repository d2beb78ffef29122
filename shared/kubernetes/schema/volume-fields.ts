/** The JSON types of the fields of a volume and its sources. */

import type { FieldType } from './field-type.ts';
import { boolean, int32, int64, list, map, object, quantity, string } from './field-type.ts';

const reference = object({ name: string, namespace: string });
const items = list(object({ key: string, path: string, mode: int32 }));

const downwardItems = list(
  object({
    path: string,
    mode: int32,
    fieldRef: object({ apiVersion: string, fieldPath: string }),
    resourceFieldRef: object({ containerName: string, resource: string, divisor: quantity }),
  }),
);

const projectedSources = list(
  object({
    secret: object({ name: string, items, optional: boolean }),
    configMap: object({ name: string, items, optional: boolean }),
    downwardAPI: object({ items: downwardItems }),
    serviceAccountToken: object({ audience: string, expirationSeconds: int64, path: string }),
  }),
);

const commonSources: Readonly<Record<string, FieldType>> = {
  emptyDir: object({ medium: string, sizeLimit: quantity }),
  hostPath: object({ path: string, type: string }),
  configMap: object({ name: string, items, defaultMode: int32, optional: boolean }),
  secret: object({ secretName: string, items, defaultMode: int32, optional: boolean }),
  downwardAPI: object({ items: downwardItems, defaultMode: int32 }),
  projected: object({ sources: projectedSources, defaultMode: int32 }),
  persistentVolumeClaim: object({ claimName: string, readOnly: boolean }),
  csi: object({
    driver: string,
    readOnly: boolean,
    fsType: string,
    volumeAttributes: map(string),
    nodePublishSecretRef: reference,
  }),
  nfs: object({ server: string, path: string, readOnly: boolean }),
};

const blockSources: Readonly<Record<string, FieldType>> = {
  gcePersistentDisk: object({ pdName: string, fsType: string, partition: int32, readOnly: boolean }),
  awsElasticBlockStore: object({ volumeID: string, fsType: string, partition: int32, readOnly: boolean }),
  azureDisk: object({
    diskName: string,
    diskURI: string,
    cachingMode: string,
    fsType: string,
    readOnly: boolean,
    kind: string,
  }),
  iscsi: object({
    targetPortal: string,
    iqn: string,
    lun: int32,
    iscsiInterface: string,
    fsType: string,
    readOnly: boolean,
    portals: list(string),
    chapAuthDiscovery: boolean,
    chapAuthSession: boolean,
    secretRef: reference,
    initiatorName: string,
  }),
  fc: object({ targetWWNs: list(string), lun: int32, fsType: string, readOnly: boolean, wwids: list(string) }),
  cinder: object({ volumeID: string, fsType: string, readOnly: boolean, secretRef: reference }),
  vsphereVolume: object({ volumePath: string, fsType: string, storagePolicyName: string, storagePolicyID: string }),
  photonPersistentDisk: object({ pdID: string, fsType: string }),
  portworxVolume: object({ volumeID: string, fsType: string, readOnly: boolean }),
};

const networkSources: Readonly<Record<string, FieldType>> = {
  gitRepo: object({ repository: string, revision: string, directory: string }),
  glusterfs: object({ endpoints: string, path: string, readOnly: boolean }),
  flocker: object({ datasetName: string, datasetUUID: string }),
  rbd: object({
    monitors: list(string),
    image: string,
    fsType: string,
    pool: string,
    user: string,
    keyring: string,
    secretRef: reference,
    readOnly: boolean,
  }),
  cephfs: object({
    monitors: list(string),
    path: string,
    user: string,
    secretFile: string,
    secretRef: reference,
    readOnly: boolean,
  }),
  quobyte: object({
    registry: string,
    volume: string,
    readOnly: boolean,
    user: string,
    group: string,
    tenant: string,
  }),
  azureFile: object({ secretName: string, shareName: string, readOnly: boolean }),
  flexVolume: object({
    driver: string,
    fsType: string,
    secretRef: reference,
    readOnly: boolean,
    options: map(string),
  }),
  storageos: object({
    volumeName: string,
    volumeNamespace: string,
    fsType: string,
    readOnly: boolean,
    secretRef: reference,
  }),
  scaleIO: object({
    gateway: string,
    system: string,
    secretRef: reference,
    sslEnabled: boolean,
    protectionDomain: string,
    storagePool: string,
    storageMode: string,
    volumeName: string,
    fsType: string,
    readOnly: boolean,
  }),
};

/** Every kind of volume source, by the name of its field. */
const volumeSourceFields: Readonly<Record<string, FieldType>> = {
  ...commonSources,
  ...blockSources,
  ...networkSources,
};

export const volumeFields = object({ name: string, ...volumeSourceFields });
