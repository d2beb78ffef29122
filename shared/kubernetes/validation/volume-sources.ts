/** Validates each kind of volume source. */

import { dnsLabelProblems, dnsSubdomainProblems } from '../label-syntax.ts';
import { parseQuantity } from '../quantity.ts';
import type { Causes } from '../status-cause.ts';
import type { Decoded } from './decoded.ts';
import { child, integer, items, optionalInteger, text, texts } from './decoded.ts';
import { validateDescendingPath, validateNoBacksteps, validateOneOf, validateRequired } from './syntax.ts';
import { validateDownwardFiles, validateKeyFiles, validateMode, validateProjected } from './volume-projections.ts';

type SourceValidator = (source: Decoded, fieldPath: string, causes: Causes, volumeName: string) => void;

/** Requires only these fields. */
function requiring(...fields: readonly string[]): SourceValidator {
  return (source, fieldPath, causes) => {
    for (const field of fields) validateRequired(text(source, field), `${fieldPath}.${field}`, causes);
  };
}

/** Validators by field name, in the order of the API server. */
export const volumeSourceValidators: Readonly<Record<string, SourceValidator>> = {
  emptyDir: validateEmptyDir,
  hostPath: validateHostPath,
  gitRepo: validateGitRepo,
  gcePersistentDisk: validateGcePersistentDisk,
  awsElasticBlockStore: validateAwsElasticBlockStore,
  secret: validateSecret,
  nfs: validateNfs,
  iscsi: validateIscsi,
  glusterfs: requiring('endpoints', 'path'),
  flocker: validateFlocker,
  persistentVolumeClaim: requiring('claimName'),
  rbd: validateRbd,
  cinder: validateCinder,
  cephfs: validateCephFs,
  quobyte: validateQuobyte,
  downwardAPI: validateDownwardApi,
  fc: validateFibreChannel,
  configMap: validateConfigMap,
  azureFile: requiring('secretName', 'shareName'),
  flexVolume: validateFlexVolume,
  vsphereVolume: requiring('volumePath'),
  photonPersistentDisk: requiring('pdID'),
  portworxVolume: requiring('volumeID'),
  azureDisk: validateAzureDisk,
  storageos: validateStorageOs,
  projected: validateProjected,
  scaleIO: requiring('gateway', 'system', 'volumeName'),
  csi: validateCsi,
};

function validateEmptyDir(source: Decoded, fieldPath: string, causes: Causes): void {
  const sizeLimit = source['sizeLimit'] as string | number | undefined;
  if (sizeLimit !== undefined && (parseQuantity(sizeLimit) ?? 0n) < 0n) {
    causes.forbidden(`${fieldPath}.sizeLimit`, 'must not be negative');
  }
}

const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

function validateHostPath(source: Decoded, fieldPath: string, causes: Causes): void {
  const path = text(source, 'path');
  if (path === '') {
    causes.required(`${fieldPath}.path`);
    return;
  }
  validateNoBacksteps(path, `${fieldPath}.path`, causes);
  validateOneOf(text(source, 'type'), HOST_PATH_TYPES, `${fieldPath}.type`, causes);
}

function validateGitRepo(source: Decoded, fieldPath: string, causes: Causes): void {
  validateRequired(text(source, 'repository'), `${fieldPath}.repository`, causes);
  validateDescendingPath(text(source, 'directory'), `${fieldPath}.directory`, causes);
}

function validatePartition(source: Decoded, fieldPath: string, causes: Causes): void {
  const partition = integer(source, 'partition');
  if (partition < 0 || partition > 255) {
    causes.invalid(`${fieldPath}.partition`, partition, 'must be between 0 and 255');
  }
}

function validateGcePersistentDisk(source: Decoded, fieldPath: string, causes: Causes): void {
  // The API server uses this name in its paths.
  const path = fieldPath.replace(/gcePersistentDisk$/, 'persistentDisk');
  validateRequired(text(source, 'pdName'), `${path}.pdName`, causes);
  validatePartition(source, path, causes);
}

function validateAwsElasticBlockStore(source: Decoded, fieldPath: string, causes: Causes): void {
  validateRequired(text(source, 'volumeID'), `${fieldPath}.volumeID`, causes);
  validatePartition(source, fieldPath, causes);
}

function validateSecret(source: Decoded, fieldPath: string, causes: Causes): void {
  validateRequired(text(source, 'secretName'), `${fieldPath}.secretName`, causes);
  validateMode(source, 'defaultMode', fieldPath, causes);
  validateKeyFiles(items(source, 'items'), `${fieldPath}.items`, causes);
}

function validateConfigMap(source: Decoded, fieldPath: string, causes: Causes): void {
  validateRequired(text(source, 'name'), `${fieldPath}.name`, causes);
  validateMode(source, 'defaultMode', fieldPath, causes);
  validateKeyFiles(items(source, 'items'), `${fieldPath}.items`, causes);
}

function validateDownwardApi(source: Decoded, fieldPath: string, causes: Causes): void {
  validateMode(source, 'defaultMode', fieldPath, causes);
  validateDownwardFiles(items(source, 'items'), fieldPath, causes);
}

function validateNfs(source: Decoded, fieldPath: string, causes: Causes): void {
  validateRequired(text(source, 'server'), `${fieldPath}.server`, causes);
  const path = text(source, 'path');
  validateRequired(path, `${fieldPath}.path`, causes);
  if (!path.startsWith('/')) causes.invalid(`${fieldPath}.path`, path, 'must be an absolute path');
}

const ISCSI_NAME =
  /^(?:iqn\.\d{4}-\d{2}\.[^:]+(?::.*)?|eui\.[0-9A-Fa-f]{16}|naa\.(?:[0-9A-Fa-f]{16}|[0-9A-Fa-f]{32}))$/;

function validateIscsi(source: Decoded, fieldPath: string, causes: Causes): void {
  validateRequired(text(source, 'targetPortal'), `${fieldPath}.targetPortal`, causes);
  const iqn = text(source, 'iqn');
  if (iqn === '') causes.required(`${fieldPath}.iqn`);
  else if (!ISCSI_NAME.test(iqn))
    causes.invalid(`${fieldPath}.iqn`, iqn, 'must be a name that starts with iqn., eui. or naa.');
  const lun = integer(source, 'lun');
  if (lun < 0 || lun > 255) causes.invalid(`${fieldPath}.lun`, lun, 'must be between 0 and 255');
  const initiator = text(source, 'initiatorName');
  if (initiator !== '' && !ISCSI_NAME.test(initiator)) {
    causes.invalid(`${fieldPath}.initiatorname`, initiator, 'must be a name that starts with iqn., eui. or naa.');
  }
  const authenticates = source['chapAuthDiscovery'] === true || source['chapAuthSession'] === true;
  if (authenticates && child(source, 'secretRef') === undefined) causes.required(`${fieldPath}.secretRef`);
}

function validateFlocker(source: Decoded, fieldPath: string, causes: Causes): void {
  const name = text(source, 'datasetName');
  const uuid = text(source, 'datasetUUID');
  if (name === '' && uuid === '') causes.required(fieldPath, 'one of datasetName, datasetUUID is required');
  if (name !== '' && uuid !== '')
    causes.invalid(fieldPath, 'resource', 'must not have both datasetName and datasetUUID');
  if (name.includes('/')) causes.invalid(`${fieldPath}.datasetName`, name, "must not contain '/'");
}

function validateRbd(source: Decoded, fieldPath: string, causes: Causes): void {
  if (texts(source, 'monitors').length === 0) causes.required(`${fieldPath}.monitors`);
  validateRequired(text(source, 'image'), `${fieldPath}.image`, causes);
}

function validateCephFs(source: Decoded, fieldPath: string, causes: Causes): void {
  if (texts(source, 'monitors').length === 0) causes.required(`${fieldPath}.monitors`);
}

function validateCinder(source: Decoded, fieldPath: string, causes: Causes): void {
  validateRequired(text(source, 'volumeID'), `${fieldPath}.volumeID`, causes);
  const secret = child(source, 'secretRef');
  if (secret !== undefined) validateRequired(text(secret, 'name'), `${fieldPath}.secretRef.name`, causes);
}

const QUOBYTE_TENANT_LENGTH_MAX = 64;

function validateQuobyte(source: Decoded, fieldPath: string, causes: Causes): void {
  const registry = text(source, 'registry');
  if (registry === '') causes.required(`${fieldPath}.registry`);
  else if (!registry.split(',').every((address) => /^(?:[^:]*|\[.*\]):[^:]*$/.test(address))) {
    causes.invalid(`${fieldPath}.registry`, registry, 'must be a comma-separated list of hosts with ports');
  }
  if (text(source, 'tenant').length > QUOBYTE_TENANT_LENGTH_MAX) {
    causes.required(`${fieldPath}.tenant`, `must be no more than ${QUOBYTE_TENANT_LENGTH_MAX} characters`);
  }
  validateRequired(text(source, 'volume'), `${fieldPath}.volume`, causes);
}

function validateStorageOs(source: Decoded, fieldPath: string, causes: Causes): void {
  const name = text(source, 'volumeName');
  const namespace = text(source, 'volumeNamespace');
  if (name === '') causes.required(`${fieldPath}.volumeName`);
  else causes.invalidEach(`${fieldPath}.volumeName`, name, dnsLabelProblems(name));
  if (namespace !== '') causes.invalidEach(`${fieldPath}.volumeNamespace`, namespace, dnsLabelProblems(namespace));
  const secret = child(source, 'secretRef');
  if (secret !== undefined) validateRequired(text(secret, 'name'), `${fieldPath}.secretRef.name`, causes);
}

function validateFibreChannel(source: Decoded, fieldPath: string, causes: Causes): void {
  const targets = texts(source, 'targetWWNs');
  const wwids = texts(source, 'wwids');
  if (targets.length === 0 && wwids.length === 0) {
    causes.required(`${fieldPath}.targetWWNs`, 'targetWWNs or wwids is required');
  }
  if (targets.length > 0 && wwids.length > 0) {
    causes.invalid(`${fieldPath}.targetWWNs`, targets, 'must not be set together with wwids');
  }
  if (targets.length === 0) return;
  const lun = optionalInteger(source, 'lun');
  if (lun === undefined) causes.required(`${fieldPath}.lun`);
  else if (lun < 0 || lun > 255) causes.invalid(`${fieldPath}.lun`, lun, 'must be between 0 and 255');
}

function validateFlexVolume(source: Decoded, fieldPath: string, causes: Causes): void {
  validateRequired(text(source, 'driver'), `${fieldPath}.driver`, causes);
  for (const key of Object.keys(child(source, 'options') ?? {})) {
    const domain = key.split('/')[0] ?? '';
    if (/(?:^|\.)(?:kubernetes|k8s)\.io$/i.test(domain)) {
      causes.invalid(`${fieldPath}.options[${key}]`, key, "must not use Kubernetes' own domains");
    }
  }
}

function validateAzureDisk(source: Decoded, fieldPath: string, causes: Causes): void {
  const kind = text(source, 'kind') || 'Shared';
  const uri = text(source, 'diskURI');
  validateRequired(text(source, 'diskName'), `${fieldPath}.diskName`, causes);
  validateRequired(uri, `${fieldPath}.diskURI`, causes);
  const cachingMode = text(source, 'cachingMode') || 'ReadWrite';
  validateOneOf(cachingMode, ['None', 'ReadOnly', 'ReadWrite'], `${fieldPath}.cachingMode`, causes);
  validateOneOf(kind, ['Dedicated', 'Managed', 'Shared'], `${fieldPath}.kind`, causes);
  const expected = kind === 'Managed' ? '/subscriptions/' : 'https://';
  if (!uri.startsWith(expected)) causes.notSupported(`${fieldPath}.diskURI`, uri, [`${expected}…`]);
}

const CSI_DRIVER_LENGTH_MAX = 63;

function validateCsi(source: Decoded, fieldPath: string, causes: Causes): void {
  const driver = text(source, 'driver');
  if (driver === '') causes.required(`${fieldPath}.driver`);
  if (driver.length > CSI_DRIVER_LENGTH_MAX) {
    causes.tooLong(`${fieldPath}.driver`, `must be no more than ${CSI_DRIVER_LENGTH_MAX} characters`);
  }
  causes.invalidEach(`${fieldPath}.driver`, driver, dnsSubdomainProblems(driver.toLowerCase()));
  const secret = child(source, 'nodePublishSecretRef');
  if (secret === undefined) return;
  const name = text(secret, 'name');
  // The API server uses both paths, including the space in the first one.
  if (name === '') causes.required(`${fieldPath}.nodePublishSecretRef .name`);
  else causes.invalidEach(`${fieldPath}.name`, name, dnsSubdomainProblems(name));
}
