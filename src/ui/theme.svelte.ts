export type ThemeChoice = 'system' | 'light' | 'dark';

const key = 'mgit-theme';

function remembered(): ThemeChoice {
  try {
    const value = localStorage.getItem(key);
    return value === 'light' || value === 'dark' ? value : 'system';
  } catch {
    return 'system'; // storage is forbidden here; the choice then lasts as long as the page
  }
}

/** Light or dark, as chosen or as the system has it. */
export class Theme {
  choice = $state<ThemeChoice>(remembered());
  #systemDark = $state(false);
  readonly is: 'light' | 'dark' = $derived(
    this.choice === 'system' ? (this.#systemDark ? 'dark' : 'light') : this.choice,
  );

  constructor() {
    const query = matchMedia('(prefers-color-scheme: dark)');
    this.#systemDark = query.matches;
    query.addEventListener('change', () => {
      this.#systemDark = query.matches;
    });
  }

  readonly choose = (choice: ThemeChoice): void => {
    this.choice = choice;
    try {
      localStorage.setItem(key, choice);
    } catch {
      // Storage is forbidden here: the choice lasts as long as the page.
    }
  };

  /** System → light → dark → system. */
  readonly next = (): void => {
    this.choose(this.choice === 'system' ? 'light' : this.choice === 'light' ? 'dark' : 'system');
  };
}
