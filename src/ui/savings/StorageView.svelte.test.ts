import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import type { RepackPlanView, RepackReport } from '../../core/repackViews.ts';
import type { LineageApi } from '../../rpc/api.ts';
import { nodeId } from '../modelNode.fixture.ts';
import { openSession } from '../session.fixture.ts';
import RepackPanel from '../repack/RepackPanel.svelte';
import { addsUp, ledgerLines } from './ledger.ts';
import { flowBands } from './flow.ts';
import { sampleSavings } from './savings.fixture.ts';
import StorageView from './StorageView.svelte';

async function open(overrides: Partial<LineageApi> = {}) {
  const session = await openSession(undefined, {
    savings: () => Promise.resolve(sampleSavings()),
    ...overrides,
  });
  render(StorageView, { session });
  await screen.findByText(/What each kind of saving gave/);
  return session;
}

const plan: RepackPlanView = {
  id: 'p',
  chunks: 3,
  before: 1_000_000,
  after: 800_000,
  gain: { delta: 150_000, structure: 60_000, alone: -10_000 },
  depth: { before: 1, after: 2 },
  readCost: { before: 0.8, after: 1.4 },
  workBytes: 2_000_000,
  sampled: 2,
  examples: [
    { model: 'a', tensor: 'fc.weight', base: 'b: fc.weight', how: 'delta', before: 90, after: 40 },
  ],
};
const report: RepackReport = { chunks: 3, stale: 1, before: 1_000_000, after: 810_000, cancelled: false }; // prettier-ignore

describe('the view of where the bytes are', () => {
  it('keeps the kinds of saving apart, each with a ratio of its own', async () => {
    await open();
    const card = (name: string) =>
      screen.getByRole('heading', { name }).closest('li')?.textContent.replace(/\s+/g, ' ') ?? '';
    expect(card('Sharing')).toContain('300 kB saved');
    expect(card('Exact deltas')).toContain('900 kB → 420 kB, 2.14× where used');
    expect(card('Structure')).toContain('113× where used');
    expect(card('Lossy')).toContain('450 kB → 30.0 kB, 15.0× where used');
  });

  it('adds up to what the browser says, in a table', async () => {
    await open();
    await fireEvent.click(screen.getByText(/^It adds up/));
    const report = sampleSavings();
    const rows = screen.getAllByRole('row').map((row) => row.textContent.replace(/\s+/g, ' '));
    expect(rows.some((row) => /Stored\s*1,614,000/u.test(row))).toBe(true);
    expect(report.storedBytes).toBe(1_614_000);
    expect(addsUp(ledgerLines(report))).toBe(true);
    expect(addsUp(ledgerLines({ ...report, garbageBytes: 1 }))).toBe(false);
  });

  it('has the same bytes in a table: models, then tensors, then the tensor in the inspector', async () => {
    const session = await open();
    await fireEvent.change(screen.getByLabelText('Show'), { target: { value: 'table' } });
    const models = await screen.findByRole('table', { name: 'Models by bytes' });
    await fireEvent.click(within(models).getByRole('button', { name: 'resnet20-device-a' }));
    const tensors = screen.getByRole('table', { name: 'Tensors of resnet20-device-a' });
    const row = within(tensors).getByRole('row', { name: /half\.weight/ });
    expect(row.textContent).toMatch(/450 kB\s*4\.00 kB\s*446 kB\s*Structure/);
    await fireEvent.click(within(tensors).getByRole('button', { name: 'half.weight' }));
    expect(session.tensorWish).toEqual({ node: nodeId(1), name: 'half.weight' });
    expect(session.tab).toBe('tensors');
    await fireEvent.click(screen.getByRole('button', { name: 'All models' }));
    expect(screen.getByRole('table', { name: 'Models by bytes' })).toBeTruthy();
  });

  it('says what to do where nothing is stored', async () => {
    const none = { ...sampleSavings(), models: [] };
    const session = await openSession(undefined, { savings: () => Promise.resolve(none) });
    render(StorageView, { session });
    expect(await screen.findByText(/Nothing is stored yet/)).toBeTruthy();
  });

  it('draws bands that narrow, on one scale, and stay within the picture', () => {
    const bands = flowBands(sampleSavings(), 600, 200);
    const [shared] = bands;
    expect(shared?.of).toBe('shared');
    expect(shared?.to.height).toBe(0);
    for (const { from, to } of bands) {
      expect(Math.min(from.y, to.y)).toBeGreaterThanOrEqual(-1e-9);
      expect(Math.max(from.y + from.height, to.y + to.height)).toBeLessThanOrEqual(200 + 1e-9);
    }
  });
});

describe('repack advice', () => {
  it('shows the gain before it runs, runs when told, and reports', async () => {
    const session = await open({
      planRepack: () => Promise.resolve(plan),
      runRepack: (id) => Promise.resolve({ ...report, chunks: id === 'p' ? 3 : 0 }),
    });
    render(RepackPanel, { session });
    expect(screen.getByText('Could it be smaller?')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Look for savings' }));
    expect(
      await screen.findByText(/Tensors take 1.00 MB now, and about 800 kB after/),
    ).toBeTruthy();
    expect(screen.getByText(/about 200 kB less/)).toBeTruthy();
    expect(screen.getByText(/2 at most, now 1/)).toBeTruthy();
    expect(screen.getByText('exact difference to b: fc.weight')).toBeTruthy();
    expect(screen.getByText('10.0 kB more')).toBeTruthy();
    const before = session.revision;
    await fireEvent.click(screen.getByRole('button', { name: 'Store in fewer bytes' }));
    expect(await screen.findByText(/3 chunks in another form/)).toBeTruthy();
    expect(screen.getByText(/1 chunk had changed/)).toBeTruthy();
    expect(session.revision).toBe(before + 1);
  });

  it('says so where there is nothing to gain, and when a run was stopped', async () => {
    let answer = { ...plan, chunks: 0, after: plan.before };
    const session = await openSession(undefined, {
      planRepack: () => Promise.resolve(answer),
      runRepack: () => Promise.resolve({ ...report, cancelled: true }),
    });
    render(RepackPanel, { session });
    await fireEvent.click(screen.getByRole('button', { name: 'Look for savings' }));
    expect(await screen.findByText('Nothing to gain', { selector: 'h3' })).toBeTruthy();
    answer = plan;
    await fireEvent.click(screen.getByRole('button', { name: 'Look again' }));
    await fireEvent.click(await screen.findByRole('button', { name: 'Store in fewer bytes' }));
    expect(await screen.findByRole('heading', { name: 'Stopped' })).toBeTruthy();
  });

  it('is as before where looking is cancelled', async () => {
    const session = await openSession(undefined, {
      planRepack: (signal) =>
        new Promise((_, reject) => {
          (signal as AbortSignal).addEventListener('abort', () => {
            reject(new DOMException('stopped', 'AbortError'));
          });
        }),
    });
    render(RepackPanel, { session });
    await fireEvent.click(screen.getByRole('button', { name: 'Look for savings' }));
    await fireEvent.click(await screen.findByRole('button', { name: 'Cancel' }));
    expect(await screen.findByRole('button', { name: 'Look for savings' })).toBeTruthy();
  });
});
