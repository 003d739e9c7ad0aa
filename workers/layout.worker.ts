import { layeredLayout } from '../src/core/layout/layeredLayout.ts';
import type { LayoutInput } from '../src/core/layout/layout.ts';
import { serve } from '../src/rpc/wire.ts';

serve({ layout: (input: LayoutInput) => layeredLayout(input) });
