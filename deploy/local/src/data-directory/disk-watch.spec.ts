import { diskRemark } from './disk-watch.js';

describe('diskRemark', () => {
  it('says that a disk is nearly full, with what is left', () => {
    const gigabyte = 1e9;
    expect(diskRemark({ freeBytes: 6 * gigabyte, totalBytes: 100 * gigabyte }, '/d')).toBeNull();
    expect(diskRemark({ freeBytes: 4 * gigabyte, totalBytes: 100 * gigabyte }, '/d')).toBe(
      'the disk of /d is nearly full: 4.0 GB left',
    );
    expect(diskRemark({ freeBytes: 4e8, totalBytes: gigabyte }, '/d')).toContain('400 MB left');
  });
});
