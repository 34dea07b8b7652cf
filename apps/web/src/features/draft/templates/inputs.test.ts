import { describe, expect, it } from 'vitest';
import { parseCidrs, parsePorts } from './inputs.ts';

describe('parsePorts', () => {
  it('reads protocols, numbers and names', () => {
    expect(parsePorts('TCP 80, udp/53, http')).toEqual({
      ports: [
        { protocol: 'TCP', port: 80 },
        { protocol: 'UDP', port: 53 },
        { protocol: 'TCP', port: 'http' },
      ],
    });
  });
  it('says what is wrong', () => {
    for (const text of ['', '0', '70000', 'ICMP 1', 'a b c', 'Http', '-x'])
      expect(parsePorts(text)).toHaveProperty('problem');
  });
});

describe('parseCidrs', () => {
  it('reads a block with exceptions', () => {
    expect(parseCidrs('10.0.0.0/8 except 10.1.0.0/16, 10.2.0.0/16')).toEqual({
      cidr: '10.0.0.0/8',
      except: ['10.1.0.0/16', '10.2.0.0/16'],
    });
    expect(parseCidrs('fd00::/8')).toEqual({ cidr: 'fd00::/8', except: [] });
    expect(parseCidrs('10.0.0.0/40')).toHaveProperty('problem');
    expect(parseCidrs('10.0.0.0/8 except x')).toHaveProperty('problem');
  });
});
